import { SEVERITIES, STATUSES } from '#model/areas.ts'
import { CATEGORIES, CATEGORY_TITLES } from '../categories.ts'
import type { Inspection, InspectionRow, Share } from '../inspection/model.ts'
import { percent, STATUS_WORDS } from '../words.ts'
import { type Html, html } from './template.ts'

export function shareTable(title: string, shares: readonly Share[]): Html {
  return html`<table><thead><tr><th>${title}</th><th class="n">Pass</th><th class="n">Fail</th><th class="n">Undecided</th><th class="n">Share passed</th></tr></thead>
<tbody>${shares.map(
    (s) =>
      html`<tr><td>${s.name}</td><td class="n">${s.passed}</td><td class="n">${s.failed}</td><td class="n">${s.undecided}</td><td class="n">${percent(s.share)}</td></tr>`,
  )}</tbody></table>`
}

export function severityTable(severities: Inspection['severities']): Html {
  return html`<table><thead><tr><th>Severity</th><th class="n">Fail</th><th class="n">Unknown</th><th class="n">Manual</th></tr></thead>
<tbody>${severities.map(
    (s) => html`<tr><td>${s.severity}</td><td class="n">${s.fail}</td><td class="n">${s.unknown}</td><td class="n">${s.manual}</td></tr>`,
  )}</tbody></table>`
}

/** Accepted or attested items, with who said so, why, and until when. */
export function noteTable(rows: readonly InspectionRow[]): Html {
  return html`<table><thead><tr><th>Check</th><th>Object</th><th>By</th><th>Reason</th><th>Until</th></tr></thead>
<tbody>${rows.map(
    (r) =>
      html`<tr><td><code>${r.check}</code></td><td>${objectOf(r)}</td><td>${r.note?.by}</td><td>${r.note?.reason}</td><td>${r.note?.until}</td></tr>`,
  )}</tbody></table>`
}

export function knownTable(known: Inspection['known']): Html {
  return html`<table><thead><tr><th>Said by</th><th>Reason</th><th class="n">Items</th></tr></thead>
<tbody>${known.map((k) => html`<tr><td>${k.by}</td><td>${k.reason}</td><td class="n">${k.items}</td></tr>`)}</tbody></table>`
}

function objectOf({ kind, namespace, name }: InspectionRow): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`
}

/** Hidden until the script is there to answer. */
export function filterForm(rows: readonly InspectionRow[]): Html {
  const namespaces = [...new Set(rows.map((r) => r.namespace))].filter((n) => n !== '').toSorted()
  const option = (value: string, text: string) => html`<option value="${value}">${text}</option>`
  return html`<form id="filter" hidden>
<label>Search <input id="search" type="search" autocomplete="off"></label>
<label>Result <select name="result">${[option('', 'all'), option('open', 'open'), ...STATUSES.map((s) => option(s, STATUS_WORDS[s]))]}</select></label>
<label>Category <select name="category">${[option('', 'all'), ...CATEGORIES.map((c) => option(c, CATEGORY_TITLES[c]))]}</select></label>
<label>Severity <select name="severity">${[option('', 'all'), ...SEVERITIES.map((s) => option(s, s))]}</select></label>
<label>Namespace <select name="namespace">${[option('', 'all'), ...namespaces.map((n) => option(n, n))]}</select></label>
<button type="reset">Show all</button>
</form>`
}

const COLUMNS = ['Result', 'Severity', 'Kind', 'Name', 'Namespace', 'Check', 'Item', 'What was seen'] as const

/** A row for each object under each check. */
export function rowTable(rows: readonly InspectionRow[]): Html {
  return html`<table id="rows"><thead><tr>${COLUMNS.map((c) => html`<th>${c}</th>`)}</tr></thead>
<tbody>
${rows.map(rowOf)}</tbody></table>`
}

function rowOf(r: InspectionRow): Html {
  const cells = [html`<td class="result ${r.result}" data-label="Result">${STATUS_WORDS[r.result]}</td>`]
  const texts = [r.severity, r.kind, r.name, r.namespace, r.check, r.item, r.message]
  for (const [i, text] of texts.entries()) cells.push(html`<td data-label="${COLUMNS[i + 1]}">${text}</td>`)
  return html`<tr data-result="${r.result}" data-category="${r.category}" data-severity="${r.severity}" data-namespace="${r.namespace}">${cells}</tr>
`
}
