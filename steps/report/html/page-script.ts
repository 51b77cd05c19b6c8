/**
 * The script of the page. It searches requirements, filters them by status, copies a failure as text, unfolds everything, and unfolds the
 * target of a link. The page shows everything without it.
 */
export const script = `'use strict';
const all = [...document.querySelectorAll('details.requirement')];
const tools = document.querySelector('.tools');
const found = document.querySelector('#found');
tools.hidden = false;
const find = document.querySelector('#find');
const chips = [...document.querySelectorAll('.chips button')];
const filter = () => {
  const words = find.value.toLowerCase().split(/\\s+/);
  const chosen = chips.filter((chip) => chip.getAttribute('aria-pressed') === 'true').map((chip) => chip.dataset.status);
  let count = 0;
  for (const one of all) {
    const text = one.textContent.toLowerCase();
    const fits = chosen.length === 0 || chosen.some((status) => one.classList.contains(status));
    one.hidden = !fits || !words.every((word) => text.includes(word));
    if (!one.hidden) count += 1;
  }
  for (const part of document.querySelectorAll('section.part')) part.hidden = !part.querySelector('details.requirement:not([hidden])');
  found.textContent = find.value.trim() === '' && chosen.length === 0 ? '' : count + ' of ' + all.length;
};
find.addEventListener('input', filter);
for (const chip of chips)
  chip.addEventListener('click', () => { chip.setAttribute('aria-pressed', String(chip.getAttribute('aria-pressed') !== 'true')); filter(); });
for (const button of navigator.clipboard ? document.querySelectorAll('.copy') : []) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const failure = button.closest('details.requirement');
    const text = failure.innerText.replace(/\\n{2,}/g, '\\n').replace(button.textContent, '').trim();
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  });
}
document.querySelector('#unfold').addEventListener('click', () => { for (const one of all) one.open = true; });
document.querySelector('#fold').addEventListener('click', () => { for (const one of all) one.open = false; });
const lead = () => {
  const one = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (one instanceof HTMLDetailsElement) { one.hidden = false; one.open = true; one.scrollIntoView(); }
};
addEventListener('hashchange', lead);
lead();
`;
