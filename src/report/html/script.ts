/**
 * The page's only script: filters and searches the rows that are there. It reads from the page and sets `hidden`, nothing
 * else; without it the page is whole, only without filters. Of very many rows it shows the first two thousand that fit, and
 * all that fit in print: a browser takes seconds to lay out more.
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
  const more = document.getElementById('more');
  const STEP = 2000;
  let limit = STEP;
  const OPEN = new Set(['fail', 'unknown', 'manual']);
  const fits = (row, { name, value }) =>
    value === '' || row.dataset[name] === value || (value === 'open' && name === 'result' && OPEN.has(row.dataset.result));
  const show = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
    let fitting = 0;
    rows.forEach((row, i) => {
      const fit = selects.every((select) => fits(row, select)) && words.every((word) => texts[i].includes(word));
      if (fit) fitting += 1;
      row.hidden = !fit || fitting > limit;
    });
    count.textContent = fitting + ' of ' + rows.length + ' rows' + (fitting > limit ? ', the first ' + limit + ' shown' : '');
    none.hidden = fitting > 0;
    more.hidden = fitting <= limit;
  };
  const upTo = (most) => () => {
    limit = most;
    show();
  };
  const anew = upTo(STEP);
  document.getElementById('filter').hidden = false;
  document.getElementById('filter').addEventListener('submit', (event) => event.preventDefault());
  document.getElementById('filter').addEventListener('reset', () => setTimeout(anew));
  search.addEventListener('input', anew);
  for (const select of selects) select.addEventListener('change', anew);
  more.addEventListener('click', () => upTo(limit + STEP)());
  addEventListener('beforeprint', upTo(Infinity));
  addEventListener('afterprint', anew);
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
    event.preventDefault();
    search.focus();
  });
  show();
})();
`
