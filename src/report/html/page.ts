import { createHash } from 'node:crypto'
import { STATUSES } from '#model/areas.ts'
import type { Assessment } from '#model/assessment.ts'
import { CATEGORY_TITLES, type Category } from '../categories.ts'
import { type Inspection, inspect } from '../inspection/model.ts'
import { percent, STATUS_WORDS } from '../words.ts'
import { scoreRing, severityBars, shareBars } from './charts.ts'
import { SCRIPT } from './script.ts'
import { filterForm, knownTable, noteTable, rowTable, severityTable, shareTable } from './sections.ts'
import { STYLE } from './style.ts'
import { type Html, html, raw } from './template.ts'

/** Nothing may be fetched, sent or run but the one script whose digest stands here, whatever a name in the page says. */
const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** The inspection report as one file that needs nothing else. */
export function toHtml(assessment: Assessment, tool: { readonly version: string }): string {
  const inspection = inspect(assessment)
  const name = inspection.cluster.name
  return `${html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>Hardening report: ${name}</title>
<style>${raw(STYLE)}</style></head>
<body>
${header(inspection, tool.version)}
<main>
${overview(inspection)}
${kept('Accepted risks', inspection.accepted)}
${kept('Attested items', inspection.attested)}
${inspection.known.length === 0 ? undefined : html`<h2>Known needs of system components</h2>${knownTable(inspection.known)}`}
${notSeen(inspection.unseen)}
<h2 id="objects">Every object looked at</h2>
${filterForm(inspection.rows)}
<p id="count" class="dim" role="status">${inspection.rows.length} rows</p>
${rowTable(inspection.rows)}
<p id="none" hidden>No row fits.</p>
<button id="more" type="button" hidden>Show more</button>
</main>
<script>${raw(SCRIPT)}</script>
</body></html>`}\n`
}

function header({ cluster, at, source, unseen }: Inspection, version: string): Html {
  const facts = [
    at,
    `Kubernetes ${cluster.version ?? 'of unknown version'}`,
    cluster.distribution,
    `source: ${source}`,
    ...(cluster.uid === undefined ? [] : [`cluster ${cluster.uid}`]),
    `kubeharden ${version}`,
  ]
  const practice = source === 'practice' ? html`<p class="practice">PRACTICE CLUSTER: nothing here is real.</p>` : undefined
  return html`<header><h1>Hardening report: ${cluster.name}</h1><p class="dim">${facts.join(' · ')}</p>${practice}
<nav><a href="#kinds">By kind</a>${unseen.length === 0 ? undefined : html`<a href="#unseen">Could not be seen</a>`}<a href="#objects">Every object</a></nav></header>`
}

function overview(inspection: Inspection): Html {
  const titled = inspection.categories.map((s) => ({ ...s, name: CATEGORY_TITLES[s.name as Category] }))
  return html`<div class="cards">
<section class="card"><h2>Health score</h2>${scoreRing(inspection.score)}
<p>Coverage ${percent(inspection.coverage)}: what could not be decided is not in the score.</p></section>
<section class="card"><h2>Share passed by category</h2>${shareBars(titled)}</section>
<section class="card"><h2>Open items by severity</h2>${severityBars(inspection.severities)}${severityTable(inspection.severities)}</section>
<section class="card"><h2>Totals</h2>${totals(inspection)}</section>
</div>
<h2>By category</h2>${shareTable('Category', titled)}
<h2 id="kinds">By kind</h2>${shareTable('Kind', inspection.kinds)}`
}

function totals({ checks, objects }: Inspection): Html {
  return html`<table><thead><tr><th>Result</th><th class="n">Checks</th><th class="n">Items</th></tr></thead>
<tbody>${STATUSES.map(
    (s) => html`<tr><td class="result ${s}">${STATUS_WORDS[s]}</td><td class="n">${checks[s]}</td><td class="n">${objects[s]}</td></tr>`,
  )}</tbody></table>`
}

function kept(title: string, rows: Inspection['rows']): Html | undefined {
  return rows.length === 0 ? undefined : html`<h2>${title}</h2>${noteTable(rows)}`
}

function notSeen(sentences: readonly string[]): Html | undefined {
  return sentences.length === 0
    ? undefined
    : html`<h2 id="unseen">Could not be seen</h2><ul>${sentences.map((s) => html`<li>${s}</li>`)}</ul>`
}
