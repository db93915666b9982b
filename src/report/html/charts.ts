import type { Inspection, Share } from '../inspection/model.ts'
import { percent } from '../words.ts'
import { type Html, html } from './template.ts'

const RADIUS = 52
const AROUND = 2 * Math.PI * RADIUS

/** The score as a ring; a ring without an arc where nothing was judged. */
export function scoreRing(score: number | undefined): Html {
  const full = ((score ?? 0) / 100) * AROUND
  return html`<svg class="ring" viewBox="0 0 140 140" role="img" aria-label="Health score ${percent(score)}">
<circle class="track" cx="70" cy="70" r="${RADIUS}" stroke-width="14"/>
<circle class="arc" cx="70" cy="70" r="${RADIUS}" stroke-width="14" stroke-dasharray="${round(full)} ${round(AROUND)}" transform="rotate(-90 70 70)"/>
<text x="70" y="76" text-anchor="middle">${percent(score)}</text>
</svg>`
}

const ROW = 38
const WIDTH = 300

/** A bar for each: passed, failed and undecided, each as long as its share of the objects. */
export function shareBars(shares: readonly Share[]): Html {
  const height = Math.max(1, shares.length) * ROW
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Passed, failed and undecided by category">
${shares.map((share, i) => barOf(share, i * ROW))}
</svg>`
}

function barOf({ name, passed, failed, undecided, share }: Share, y: number): Html {
  const all = passed + failed + undecided
  const width = (n: number) => round(all === 0 ? 0 : (n / all) * WIDTH)
  return html`<g><title>${name}: ${passed} pass, ${failed} fail, ${undecided} undecided</title>
<text x="0" y="${y + 14}">${name}</text><text x="${WIDTH}" y="${y + 14}" text-anchor="end">${percent(share)}</text>
<rect class="bar-track" x="0" y="${y + 19}" width="${WIDTH}" height="10"/>
<rect class="bar-pass" x="0" y="${y + 19}" width="${width(passed)}" height="10"/>
<rect class="bar-fail" x="${width(passed)}" y="${y + 19}" width="${width(failed)}" height="10"/>
<rect class="bar-unknown" x="${round(width(passed) + width(failed))}" y="${y + 19}" width="${width(undecided)}" height="10"/></g>`
}

/** What fails, by severity, against the longest. */
export function severityBars(severities: Inspection['severities']): Html {
  const most = Math.max(1, ...severities.map((s) => s.fail))
  const rows = severities.map(
    ({ severity, fail }, i) => html`<g><text x="0" y="${i * 26 + 16}">${severity}</text>
<rect class="bar-fail" x="70" y="${i * 26 + 5}" width="${round((fail / most) * 190)}" height="14"/>
<text x="${round(76 + (fail / most) * 190)}" y="${i * 26 + 16}">${fail}</text></g>`,
  )
  return html`<svg viewBox="0 0 ${WIDTH} ${severities.length * 26}" role="img" aria-label="Failing items by severity">${rows}</svg>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
