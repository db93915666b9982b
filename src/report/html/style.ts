/** Colours say nothing that a word does not say as well. Nothing is fetched: system fonts, no images. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2128; --dim: #57606a; --paper: #ffffff; --panel: #f3f5f7; --line: #d0d7de;
  --pass: #1a7f37; --fail: #c62828; --unknown: #8a5a00; --accepted: #0a5fb4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9da7b1; --paper: #0d1117; --panel: #161b22; --line: #30363d;
  --pass: #3fb950; --fail: #ff7b72; --unknown: #e3b341; --accepted: #79c0ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .dim { color: var(--dim); } code { font: .92em ui-monospace, monospace; }
.practice { border: 2px solid var(--unknown); padding: .5rem .75rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 1rem; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; }
.card h2 { margin-top: 0; } .ring { max-width: 13rem; margin: 0 auto; } nav { margin: .5rem 0; } nav a { color: var(--accepted); margin-right: 1rem; }
svg { display: block; width: 100%; height: auto; } svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
.track { fill: none; stroke: var(--line); } .arc { fill: none; stroke: var(--pass); }
.bar-track { fill: var(--line); } .bar-pass { fill: var(--pass); } .bar-fail { fill: var(--fail); } .bar-unknown { fill: var(--unknown); }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; overflow-wrap: normal; } .card th, .card td { padding-inline: .2rem; overflow-wrap: normal; font-size: .9rem; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.pass, .attested { color: var(--pass); } .fail { color: var(--fail); } .unknown, .manual { color: var(--unknown); }
.accepted { color: var(--accepted); } .not-applicable { color: var(--dim); } .result { font-weight: 600; white-space: nowrap; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: .5rem 0; } form[hidden], tr[hidden], p[hidden], button[hidden] { display: none; }
#rows { table-layout: fixed; } #rows th:nth-child(-n+2) { width: 7%; } #rows th:nth-child(1) { width: 9.5%; } #rows th:nth-child(3), #rows th:nth-child(5), #rows th:nth-child(7) { width: 11%; }
#rows th:nth-child(4), #rows th:nth-child(6) { width: 14%; }
label { display: grid; min-width: 0; max-width: min(100%, 16rem); font-size: .85rem; color: var(--dim); }
input, select, button { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: .3rem; padding: .35rem .5rem; min-width: 0; max-width: 100%; }
:focus-visible { outline: 2px solid var(--accepted); outline-offset: 1px; }
@media (max-width: 46rem) {
  #rows, #rows tbody, #rows tr, #rows td { display: block; } #rows tr[hidden] { display: none; }
  #rows thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  #rows tr { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: .25rem; }
  #rows td { border: 0; display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); padding: .15rem .4rem; }
  #rows td::before { content: attr(data-label); color: var(--dim); } #rows td:empty { display: none; }
  th, td { padding-inline: .2rem; } th { font-size: .85rem; }
  form label { flex: 1 1 8rem; max-width: 100%; } form select, form input { width: 100%; }
}
@media print {
  :root { color-scheme: light; --ink: #000; --dim: #444; --paper: #fff; --panel: #fff; --line: #bbb;
    --pass: #14632b; --fail: #a31515; --unknown: #6b4600; --accepted: #084a8c; }
  body { max-width: none; padding: 0; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  form, nav, #more { display: none !important; } thead { display: table-header-group; } tr, .card { break-inside: avoid; } h2 { break-after: avoid; }
}
`
