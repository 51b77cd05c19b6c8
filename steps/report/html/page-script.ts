/**
 * What the page can do beyond being read: find a requirement, unfold all, and unfold what a link leads to. Everything stands on the
 * page without it.
 */
export const script = `'use strict';
const all = [...document.querySelectorAll('details.requirement')];
const tools = document.querySelector('.tools');
const found = document.querySelector('#found');
tools.hidden = false;
document.querySelector('#find').addEventListener('input', ({ target }) => {
  const words = target.value.toLowerCase().split(/\\s+/);
  let count = 0;
  for (const one of all) {
    const text = one.textContent.toLowerCase();
    one.hidden = !words.every((word) => text.includes(word));
    if (!one.hidden) count += 1;
  }
  for (const part of document.querySelectorAll('section.part')) part.hidden = !part.querySelector('details.requirement:not([hidden])');
  found.textContent = target.value.trim() === '' ? '' : count + ' of ' + all.length;
});
document.querySelector('#unfold').addEventListener('click', () => { for (const one of all) one.open = true; });
document.querySelector('#fold').addEventListener('click', () => { for (const one of all) one.open = false; });
const lead = () => {
  const one = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (one instanceof HTMLDetailsElement) { one.hidden = false; one.open = true; one.scrollIntoView(); }
};
addEventListener('hashchange', lead);
lead();
`;
