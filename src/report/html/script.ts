/**
 * The page's only script: filters and searches the rows that are there. It reads from the page and sets `hidden`, nothing
 * else; without it the page is whole, only without filters.
 */
export const SCRIPT = `
'use strict';
(() => {
  const rows = [...document.querySelectorAll('#rows tbody tr')];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const search = document.getElementById('search');
  const selects = [...document.querySelectorAll('#filter select')];
  const count = document.getElementById('count');
  const none = document.getElementById('none');
  const OPEN = new Set(['fail', 'unknown', 'manual']);
  const fits = (row, { name, value }) =>
    value === '' || row.dataset[name] === value || (value === 'open' && name === 'result' && OPEN.has(row.dataset.result));
  const show = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
    let shown = 0;
    rows.forEach((row, i) => {
      const fit = selects.every((select) => fits(row, select)) && words.every((word) => texts[i].includes(word));
      row.hidden = !fit;
      if (fit) shown += 1;
    });
    count.textContent = shown + ' of ' + rows.length + ' rows';
    none.hidden = shown > 0;
  };
  document.getElementById('filter').hidden = false;
  document.getElementById('filter').addEventListener('submit', (event) => event.preventDefault());
  document.getElementById('filter').addEventListener('reset', () => setTimeout(show));
  search.addEventListener('input', show);
  for (const select of selects) select.addEventListener('change', show);
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
    event.preventDefault();
    search.focus();
  });
  show();
})();
`
