import type { NamespacePodSecurity, ObjectViolation, PodGroup, PodSecurityPreview, ServerVerdict } from '#model/podSecurity.ts'
import { safe } from '#model/text.ts'
import { columns } from './columns.ts'
import { cureLines } from './podSecurityCure.ts'
import { headWords, type Kin, type KinNote, kinNotes, kinOf } from './podSecurityKin.ts'
import type { Line } from './previewText.ts'
import { gapSentence } from './words.ts'

/** Objects of one namespace that are shown. */
const MOST = 50

/** What a level would refuse: a table of namespaces, then object by object with its cure. */
export function podSecurityLines(preview: PodSecurityPreview): readonly Line[] {
  const { level, policyVersion, evaluatedAs, violations, namespaces } = preview
  const rules = policyVersion === evaluatedAs ? policyVersion : `${policyVersion} (rules of ${evaluatedAs})`
  const byNamespace = Map.groupBy(violations, (v) => v.object.namespace ?? 'default')
  const details = namespaces.flatMap((ns) => {
    const kin = kinOf(byNamespace.get(ns.name) ?? [])
    return kin.length === 0 && !isNews(ns.server) ? [] : detailLines(ns, kin)
  })
  return [
    { tone: 'title', text: `Pod Security ${level}, policy version ${rules}: ${totalWords(preview)}` },
    { tone: 'plain', text: '' },
    ...tableLines(namespaces),
    ...details,
    ...noteLines(kinNotes(violations)),
    ...gapLines(preview),
  ]
}

function totalWords({ namespaces, gaps }: PodSecurityPreview): string {
  const sum = (of: (ns: NamespacePodSecurity) => number) => namespaces.reduce((total, ns) => total + of(ns), 0)
  const violating = sum((ns) => ns.violating)
  const objects = sum((ns) => ns.objects)
  if (objects === 0) return gaps.length > 0 ? 'nothing of it was seen' : 'there are no pods and nothing that makes any'
  if (violating > 0) return `${violating} of ${objects} pods and templates violate it`
  return `nothing ${gaps.length > 0 ? 'that was seen ' : ''}violates it (${objects} looked at)`
}

function tableLines(namespaces: readonly NamespacePodSecurity[]): Line[] {
  const rows = namespaces.map((ns) => [
    safe(ns.name),
    ns.enforce === undefined ? '-' : `${safe(ns.enforce.level)}:${safe(ns.enforce.version)}`,
    `${ns.violating} of ${ns.objects}`,
    ns.strictest ?? 'UNKNOWN',
  ])
  const head = ['NAMESPACE', 'ENFORCED NOW', 'VIOLATE', 'STRICTEST LEVEL THAT BREAKS NOTHING TODAY']
  return columns([head, ...rows]).map((text, i): Line => {
    const tone = i === 0 ? 'title' : (namespaces[i - 1]?.violating ?? 0) > 0 ? 'warn' : 'plain'
    return { tone, text }
  })
}

function detailLines(ns: NamespacePodSecurity, kin: readonly Kin[]): Line[] {
  return [
    { tone: 'plain', text: '' },
    { tone: 'title', text: `Namespace ${safe(ns.name)}` },
    ...kin.slice(0, MOST).flatMap(kinLines),
    ...(kin.length > MOST ? [{ tone: 'note', text: `  and ${kin.length - MOST} more (-o json shows all)` } as const] : []),
    ...serverLines(ns.server),
  ]
}

function kinLines(kin: Kin): Line[] {
  const cures = cureLines(kin.violations)
  return [
    { tone: 'plain', text: `  ${headWords(kin)}` },
    ...kin.violations.flatMap((v): Line[] => [
      { tone: 'danger', text: `    ! ${v.reason} (${v.check})` },
      ...v.fields.map((field): Line => ({ tone: 'plain', text: `        ${safe(field)}` })),
    ]),
    ...(cures.length === 0 ? [] : [{ tone: 'note', text: '    cure:' } as const, ...cures]),
    ...kin.violations.filter((v) => v.cure === undefined).map(noCure),
  ]
}

function noCure(v: ObjectViolation): Line {
  return {
    tone: 'warn',
    text: `    no edit cures ${v.reason}: what is in the volume has to come from a claim, a ConfigMap or another allowed type`,
  }
}

function isNews(server: ServerVerdict | undefined): boolean {
  return server !== undefined && server.kind !== 'agrees'
}

function serverLines(server: ServerVerdict | undefined): Line[] {
  if (server === undefined) return []
  if (server.kind === 'agrees')
    return [{ tone: 'note', text: `  The API server says the same of the existing pods (${server.pods} violate).` }]
  if (server.kind === 'unknown') return [{ tone: 'warn', text: `  ? What the API server says is not known: ${safe(server.why)}.` }]
  const group = (who: string, { pod, pods, reasons }: PodGroup): Line => ({
    tone: 'warn',
    text: `      ${who}: ${safe(pod)}${pods > 1 ? ` and ${pods - 1} more` : ''}: ${safe(reasons)}`,
  })
  const why =
    server.partial === undefined
      ? 'it has exemptions that cannot be read, or pods came and went'
      : `it only looked at ${server.partial} pods`
  return [
    { tone: 'warn', text: `  ? The API server says something else of the existing pods (${why}):` },
    ...server.onlyServer.map((g) => group('only the API server', g)),
    ...server.onlyHere.map((g) => group('only these rules', g)),
  ]
}

function noteLines(notes: readonly KinNote[]): Line[] {
  return notes.length === 0 ? [] : [{ tone: 'plain', text: '' }, ...notes.map((text): Line => ({ tone: 'note', text }))]
}

function gapLines({ gaps }: PodSecurityPreview): Line[] {
  if (gaps.length === 0) return []
  return [
    { tone: 'plain', text: '' },
    { tone: 'warn', text: 'Could not be seen, so that nothing is said about it:' },
    ...gaps.map((gap): Line => ({ tone: 'warn', text: `  ${gapSentence(gap)}` })),
    ...(gaps.some((gap) => gap.needs !== undefined)
      ? [{ tone: 'note', text: '  `kubeharden permissions` prints the rules that make these visible.' } as const]
      : []),
  ]
}
