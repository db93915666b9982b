import type { Status } from '#model/areas.ts'
import type { Assessment, CheckResult, JudgedFinding } from '#model/assessment.ts'
import type { ObjectRef } from '#model/refs.ts'
import type { Gap } from '#model/right.ts'
import { safe, say } from '#model/text.ts'
import { CATEGORY_TITLES, categoryOf } from './categories.ts'
import { gapSentence, sentence } from './words.ts'

const API = 'openreports.io/v1alpha1'
const RESULTS = ['pass', 'fail', 'warn', 'error', 'skip'] as const
type Result = (typeof RESULTS)[number]

/** `error` is what could not be decided: a reader that counts only passes never counts it. */
const RESULT_OF: Record<Exclude<Status, 'not-applicable'>, Result> = {
  pass: 'pass',
  attested: 'pass',
  fail: 'fail',
  manual: 'warn',
  unknown: 'error',
  accepted: 'skip',
}

interface Entry {
  readonly policy: string
  readonly rule: string
  readonly category: string
  readonly severity: string
  readonly source: 'kubeharden'
  readonly result: Result
  readonly scored: boolean
  readonly timestamp: { readonly seconds: number; readonly nanos: number }
  readonly message: string
  readonly resources?: readonly ObjectRef[]
  readonly properties: { readonly [name: string]: string }
}

/** An object that fits beside its own copy in the annotation that kubectl apply writes (256 KiB). */
const MAX_BYTES = 180_000

/** The whole assessment as Report objects, one or more for each namespace, and ClusterReports for the rest: a List for kubectl apply. */
export function openReports(assessment: Assessment) {
  const byPlace = Map.groupBy(
    assessment.checks.flatMap((check) => entriesOf(check, Math.floor(Date.parse(assessment.at) / 1000))),
    ({ namespace }) => namespace ?? '',
  )
  const places = [...byPlace].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    apiVersion: 'v1' as const,
    kind: 'List' as const,
    items: places.flatMap(([namespace, entries]) => parts(entries.map((e) => e.entry)).map((part, i) => objectOf(namespace, part, i))),
  }
}

export function toOpenReports(assessment: Assessment): string {
  return `${JSON.stringify(openReports(assessment), null, 2)}\n`
}

interface Placed {
  readonly namespace: string | undefined
  readonly entry: Entry
}

function entriesOf(check: CheckResult, seconds: number): readonly Placed[] {
  const common = {
    policy: check.id,
    rule: say(check.title),
    category: CATEGORY_TITLES[categoryOf(check)],
    severity: check.severity,
    source: 'kubeharden' as const,
    timestamp: { seconds, nanos: 0 },
  }
  const found = check.findings.flatMap((finding): Placed[] => {
    if (finding.status === 'not-applicable') return []
    const result = RESULT_OF[finding.status]
    return [
      {
        namespace: namespaceOf(finding.object.namespace),
        entry: {
          ...common,
          result,
          scored: result === 'pass' || result === 'fail',
          message: safe(sentence(check, finding)).toWellFormed(),
          resources: [wellFormed(finding.object)],
          properties: propertiesOf(finding),
        },
      },
    ]
  })
  const unseen = check.gaps.map((gap: Gap): Placed => {
    const message = safe(gapSentence(gap)).toWellFormed()
    const entry: Entry = { ...common, result: 'error', scored: false, message, properties: { status: 'unknown', reason: gap.reason } }
    return { namespace: namespaceOf(gap.namespace), entry }
  })
  return [...found, ...unseen]
}

/** A namespace that a cluster cannot have (out of a file) has no Report of its own. */
function namespaceOf(namespace: string | undefined): string | undefined {
  return namespace !== undefined && /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace) ? namespace : undefined
}

function wellFormed({ apiVersion, kind, namespace, name }: ObjectRef): ObjectRef {
  const clean = (text: string) => safe(text).toWellFormed()
  return {
    apiVersion: clean(apiVersion),
    kind: clean(kind),
    name: clean(name),
    ...(namespace === undefined ? {} : { namespace: clean(namespace) }),
  }
}

function propertiesOf({ status, path, saw, note }: JudgedFinding): { readonly [name: string]: string } {
  const all = { status, path, saw, by: note?.by, reason: note?.reason, until: note?.until }
  return Object.fromEntries(Object.entries(all).flatMap(([k, v]) => (v === undefined ? [] : [[k, safe(v).toWellFormed()]])))
}

function parts(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const all: Entry[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const entry of entries) {
    const bytes = Buffer.byteLength(JSON.stringify(entry))
    if (size + bytes > MAX_BYTES) {
      all.push([])
      size = 0
    }
    all.at(-1)?.push(entry)
    size += bytes
  }
  return all
}

function objectOf(namespace: string, results: readonly Entry[], index: number) {
  const count = (result: Result) => results.filter((r) => r.result === result).length
  return {
    apiVersion: API,
    kind: namespace === '' ? ('ClusterReport' as const) : ('Report' as const),
    metadata: {
      name: index === 0 ? 'kubeharden' : `kubeharden-${index + 1}`,
      ...(namespace === '' ? {} : { namespace }),
      labels: { 'app.kubernetes.io/managed-by': 'kubeharden' },
    },
    source: 'kubeharden' as const,
    summary: Object.fromEntries(RESULTS.map((result) => [result, count(result)])) as Record<Result, number>,
    results,
  }
}
