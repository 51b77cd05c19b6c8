/**
 * The script of the pages. It searches requirements, unfolds everything, and unfolds the target of a link. The pages show everything
 * without it.
 */
export const script = `'use strict';
const entries = [...document.querySelectorAll('[data-entry]')];
const folds = [...document.querySelectorAll('details.form')];
const tools = document.querySelector('.tools');
if (tools !== null) {
  const find = document.querySelector('#find');
  const found = document.querySelector('#found');
  const index = JSON.parse(document.querySelector('#index')?.textContent ?? '[]');
  const texts = entries.map((entry, at) => (entry.textContent + ' ' + (index[at] ?? '')).toLowerCase());
  tools.hidden = false;
  const search = () => {
    const words = find.value.toLowerCase().split(/\\s+/);
    let count = 0;
    for (const [at, entry] of entries.entries()) {
      entry.hidden = !words.every((word) => texts[at].includes(word));
      if (!entry.hidden) count += 1;
    }
    for (const group of document.querySelectorAll('[data-group]')) group.hidden = group.querySelector('[data-entry]:not([hidden])') === null;
    found.textContent = find.value.trim() === '' ? '' : count + ' ' + find.dataset.of + ' ' + entries.length;
  };
  find.addEventListener('input', search);
  tools.addEventListener('submit', (event) => {
    event.preventDefault();
    entries.find((entry) => !entry.hidden)?.querySelector('a')?.focus();
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && document.activeElement === find) { find.value = ''; search(); }
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || document.activeElement === find) return;
    event.preventDefault();
    find.focus();
  });
  document.querySelector('#unfold')?.addEventListener('click', () => { for (const one of folds) one.open = true; });
  document.querySelector('#fold')?.addEventListener('click', () => { for (const one of folds) one.open = false; });
}
const contents = document.querySelector('.contents > details');
if (contents !== null && matchMedia('(max-width: 63.99rem)').matches) contents.open = false;
const lead = () => {
  const one = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (one === null || !one.matches('[data-entry]')) return;
  one.hidden = false;
  one.closest('[data-group]').hidden = false;
  for (const fold of one.querySelectorAll('details.form')) fold.open = true;
  one.scrollIntoView();
};
addEventListener('hashchange', lead);
lead();
`;
