import { createHash } from 'node:crypto'
import type { Assessment, CheckResult } from '#model/assessment.ts'
import { CIS_CONTROLS, TOPICS } from '#model/controls.ts'
import type { AcceptedRisk, Attestation } from '#model/progress.ts'
import { type ObjectRef, refKey } from '#model/refs.ts'
import { say } from '#model/text.ts'
import { toJson } from './json.ts'
import { sentence } from './words.ts'

/** What a bundle is made of, besides the assessment itself. */
export interface BundleInput {
  readonly assessment: Assessment
  readonly tool: { readonly version: string }
  /** Who looked, as the API server knows them, and on which machine account. */
  readonly by: { readonly user?: string; readonly groups?: readonly string[]; readonly operator: string }
  /** The rights that each check needs, in words. */
  readonly rights: ReadonlyMap<string, readonly string[]>
  /** sha256 of each object that was read, trimmed and redacted as it is kept, by its key. */
  readonly digests: ReadonlyMap<string, string>
  readonly accepted: readonly AcceptedRisk[]
  readonly attested: readonly Attestation[]
}

export interface BundleFile {
  readonly path: string
  readonly text: string
}

export const SUMS = 'SHA256SUMS'

/** The files of an evidence bundle: control by control what was looked at, when and with which rights; the sums of all of it come last. */
export function bundleFiles(input: BundleInput): readonly BundleFile[] {
  const { assessment, tool, by, accepted, attested } = input
  const cluster = { ...assessment.cluster, source: assessment.source }
  const files = [
    { path: 'about.json', text: json({ schemaVersion: 1, tool: { name: 'kubeharden', ...tool }, takenAt: assessment.at, cluster, by }) },
    { path: 'controls.json', text: json(controls(input)) },
    { path: 'checks.json', text: json(assessment.checks.map((check) => looked(check, input))) },
    { path: 'decisions.json', text: json({ accepted, attested }) },
    { path: 'report.json', text: toJson(assessment, tool) },
    { path: 'README.md', text: README },
  ]
  return [...files, { path: SUMS, text: files.map((f) => `${sha256(f.text)}  ${f.path}\n`).join('') }]
}

/** What is to be noted elsewhere (a ticket, a signed mail): the sum of the sums. */
export function sealOf(files: readonly BundleFile[]): string {
  return sha256(files.find((f) => f.path === SUMS)?.text ?? '')
}

/** What is wrong with a bundle; nothing where every file is as it was written, and no other is there. */
export function faultsOf(files: readonly BundleFile[]): readonly string[] {
  const sums = files.find((f) => f.path === SUMS)
  if (sums === undefined) return [`${SUMS} is missing`]
  const listed = new Map(
    sums.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [, sum = '', path = ''] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? []
        return [path, sum] as const
      }),
  )
  const faults = listed.has('') ? [`${SUMS} cannot be read`] : []
  for (const [path, sum] of listed) {
    if (path === '') continue
    const file = files.find((f) => f.path === path)
    if (file === undefined) faults.push(`${path} is missing`)
    else if (sha256(file.text) !== sum) faults.push(`${path} was changed`)
  }
  for (const { path } of files) if (path !== SUMS && !listed.has(path)) faults.push(`${path} does not belong to it`)
  return faults
}

function controls({ assessment }: BundleInput) {
  const of = (own: (check: CheckResult) => boolean) => assessment.checks.filter(own).map(({ id, status }) => ({ check: id, status }))
  return {
    cis: CIS_CONTROLS.map((control) => ({ control, checks: of((c) => c.controls.cis?.includes(control) === true) })),
    topics: TOPICS.map(([topic, title]) => ({ topic, title, checks: of((c) => c.controls.topic.includes(topic)) })),
  }
}

function looked(check: CheckResult, { rights, digests }: BundleInput) {
  const digestOf = (ref: ObjectRef) => digests.get(refKey(ref))
  return {
    id: check.id,
    title: say(check.title),
    status: check.status,
    severity: check.severity,
    needs: rights.get(check.id) ?? [],
    findings: check.findings.map((f) => ({
      object: f.object,
      sha256: digestOf(f.object) ?? null,
      ...(f.path === undefined ? {} : { path: f.path }),
      ...(f.saw === undefined ? {} : { saw: f.saw }),
      status: f.status,
      message: sentence(check, f),
      ...(f.note === undefined ? {} : { decided: f.note }),
    })),
    notSeen: check.gaps,
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const README = `# Evidence of an inspection

- \`about.json\`: which cluster, when, by whom and with which program.
- \`controls.json\`: each control of CIS Kubernetes Benchmark 1.12 and each topic, with the checks that decide it and their verdicts.
- \`checks.json\`: each check: the rights it needs, every object it looked at with a sum of what was seen of it, what it saw, who decided what, and what
  could not be seen. \`sha256\` is of the object as it was kept: trimmed, without credentials; null where no object was read.
- \`decisions.json\`: accepted risks and attestations that were in force.
- \`report.json\`: the whole report.

\`sha256sum -c SHA256SUMS\` or \`kubeharden evidence verify DIR\` tells whether any of it was changed. The sums prove nothing by themselves: whoever changes
a file can write new ones. Note the sum of \`SHA256SUMS\`, which was printed when this was written, somewhere else, or sign it.
`
