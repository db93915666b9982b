import { AREA_TITLES, AREAS, type Area } from '#model/areas.ts'
import type { CheckResult, Score } from '#model/assessment.ts'
import { safe, say } from '#model/text.ts'
import { countWords, gapSentence, guideSentence, objectName, percent, STATUS_WORDS, sentence } from '#report/words.ts'
import type { Ready } from '#session/types.ts'
import { showError, type Ui } from './ui.ts'
import { clusterName, count, distinct, when } from './words.ts'

/** What is true of the whole session: said at its start and whenever the cluster changes. */
export function printBanner(ui: Ui, view: Ready): void {
  const { out, t } = ui
  out.line()
  if (view.source === 'practice') out.para(t('PRACTICE: this is a made-up cluster. Nothing real is read or changed.'), 0, 'warn')
  if (view.readOnly !== undefined)
    out.para(t('READ-ONLY: {why}. Nothing can be applied; changes can be written to a folder.', { why: view.readOnly }), 0, 'warn')
  const version = view.cluster.version === undefined ? '' : t(', Kubernetes {version}', { version: view.cluster.version })
  const kind = view.cluster.distribution === 'unknown' ? '' : `, ${view.cluster.distribution}`
  out.line(t('Cluster {name}', { name: clusterName(view) }) + safe(version) + kind, 'title')
  if (view.cluster.server !== undefined) out.line(t('  API server {server}', { server: view.cluster.server }), 'dim')
}

/** Areas with score, coverage and open items, what could not be seen, and the next best step with its reason. `first`: the score at the start. */
export function printOverview(ui: Ui, view: Ready, first?: number): void {
  const { out, t } = ui
  const { overall } = view.assessment
  out.line()
  out.line(
    t('Score {score}, coverage {coverage}', { score: percent(overall.score), coverage: percent(overall.coverage) }) + before(ui, view),
    'title',
  )
  const now = overall.score
  if (first !== undefined && now !== undefined && first !== now)
    out.line(t('  {first} when you started, {now} now', { first, now }), now > first ? 'good' : 'bad')
  for (const area of areasOf(view)) out.para(areaLine(ui, view, area), 2)
  const gaps = distinct(view.assessment.gaps, gapSentence)
  if (gaps.length > 0) {
    out.para(t('Not seen ({n}); what depends on it is unknown, not passed:', { n: gaps.length }), 0, 'warn')
    for (const gap of gaps.slice(0, 3)) out.para(gap, 2)
    if (gaps.length > 3) out.line(t('  and {n} more; each check names its own', { n: gaps.length - 3 }))
  }
  for (const guide of view.guides)
    if (guide.took !== true) out.para(t('Files for nodes: {state}', { state: guideSentence(guide) }), 0, 'warn')
  if (view.problem !== undefined) {
    out.para(t('The last refresh did not work; what you see is of {at}.', { at: when(view.assessment.at) }), 0, 'warn')
    showError(ui, view.problem)
  }
  printNext(ui, view)
}

function before(ui: Ui, view: Ready): string {
  if (view.before === undefined) return ''
  return ui.t(' (when the last session ended, {at}: {score})', { at: when(view.before.at), score: percent(view.before.score) })
}

/** The areas that have checks, in the order of the checklist. */
export function areasOf(view: Ready): readonly Area[] {
  return AREAS.filter((area) => view.assessment.checks.some((c) => c.area === area))
}

/** `Access (RBAC): score 40 %, coverage 80 %, 5 open (3 fail, 2 unknown)`. */
export function areaLine(ui: Ui, view: Ready, area: Area): string {
  const score = view.assessment.areas[area]
  const title = say(AREA_TITLES[area], ui.lang)
  if (score === undefined) return ui.t('{title}: not judged', { title })
  return ui.t('{title}: score {score}, coverage {coverage}, {open}', {
    title,
    score: percent(score.score),
    coverage: percent(score.coverage),
    open: openWords(score),
  })
}

function openWords({ totals }: Score): string {
  const parts = (['fail', 'unknown', 'manual'] as const).filter((s) => totals[s] > 0).map((s) => `${totals[s]} ${s}`)
  const open = totals.fail + totals.unknown + totals.manual
  return open === 0 ? 'nothing open' : `${count(open, 'open item', 'open items')} (${parts.join(', ')})`
}

function printNext(ui: Ui, view: Ready): void {
  const { out, t } = ui
  const next = view.next
  const check = next === undefined ? undefined : checkOf(view, next.check)
  if (next === undefined || check === undefined) {
    out.para(t('Next best step: none. No check that can be fixed from here fails.'))
    return
  }
  out.para(t('Next best step: {title} (+{gain} points)', { title: say(check.title, ui.lang), gain: next.gain }), 0, 'title')
  out.para(`${objectName(next.finding)}: ${sentence(check, next.finding, ui.lang)}`, 2)
  const why = ui.session.checks.find((c) => c.id === check.id)?.text.why
  if (why !== undefined) out.para(t('Why: {why}', { why: say(why, ui.lang) }), 2)
}

export function checkOf(view: Ready, id: string): CheckResult | undefined {
  return view.assessment.checks.find((c) => c.id === id)
}

/** `FAIL, high: No wildcards in roles (3 of 14 objects)`. */
export function checkLine(ui: Ui, check: CheckResult): string {
  return ui.t('{status}, {severity}: {title} ({count})', {
    status: STATUS_WORDS[check.status],
    severity: check.severity,
    title: say(check.title, ui.lang),
    count: countWords(check),
  })
}
