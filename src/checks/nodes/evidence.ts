import type { CheckContext, Finding } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { EVIDENCE_DAYS, type FileRole, type NodeFile } from '#model/objects/evidence.ts'
import { safe } from '#model/text.ts'

const DAY = 86_400_000
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane'
const OLD_CONTROL_PLANE = 'node-role.kubernetes.io/master'

/** What the files of a role must be: no mode bit beyond `mode`, or exactly this owner and group. */
export type Wanted = { readonly mode: string } | { readonly owner: string; readonly group: string }

interface FileRules {
  readonly roles: readonly FileRole[]
  readonly wanted: Wanted
  /** Only on control-plane nodes. */
  readonly controlPlane: boolean
}

const MESSAGES = {
  open: { en: '{path} on node {node} has mode {saw}, wider than {want} (on that node: chmod {want} {quoted})' },
  owned: { en: '{path} on node {node} belongs to {saw}, not to {want} (on that node: chown {want} {quoted})' },
  fine: { en: '{path} on node {node}: {saw}.' },
  none: { en: 'Node {node} has no such file.' },
  link: { en: '{path} on node {node} is a link, and where it leads could not be followed. Look at its target on the node.' },
  hidden: { en: 'Not everything could be read on node {node}. Run the evidence script there as root and import it again.' },
  missing: {
    en: 'No API shows files of node {node}. Take them there (kubeharden evidence script | ssh NODE sudo sh > NODE.json), then keep them (kubeharden evidence import NODE.json)',
  },
  stale: { en: 'The evidence of node {node} is from {date}, more than 30 days ago. Take it again and import it.' },
} as const
type Message = keyof typeof MESSAGES

/** `reads`, `messages`, `evaluate` and `examples` of a check over files of nodes; one finding for each file, or for the node. */
export function overFiles(rules: FileRules) {
  return {
    reads: ['nodes'] as const,
    helps: ['nodeEvidence'] as const,
    messages: MESSAGES,
    examples: { bad: exampleOf(rules, false), good: exampleOf(rules, true) },
    evaluate: (
      { nodes, nodeEvidence }: { readonly nodes: readonly Item<'nodes'>[]; readonly nodeEvidence: readonly Item<'nodeEvidence'>[] },
      { now }: CheckContext,
    ): Iterable<Finding<Message>> =>
      nodes
        .filter((node) => !rules.controlPlane || isControlPlane(node))
        .flatMap((node) =>
          ofNode(
            node.metadata.name,
            nodeEvidence.find((e) => e.metadata.name === node.metadata.name),
            rules,
            now,
          ),
        ),
  }
}

function isControlPlane({ metadata }: Item<'nodes'>): boolean {
  const labels = metadata.labels ?? {}
  return CONTROL_PLANE in labels || OLD_CONTROL_PLANE in labels
}

function ofNode(node: string, evidence: Item<'nodeEvidence'> | undefined, rules: FileRules, now: Date): readonly Finding<Message>[] {
  const object = { apiVersion: 'v1', kind: 'Node', name: node }
  if (evidence === undefined) return [{ status: 'unknown', object, message: 'missing', params: { node } }]
  const date = evidence.takenAt.slice(0, 10)
  if (now.getTime() - Date.parse(evidence.takenAt) > EVIDENCE_DAYS * DAY)
    return [{ status: 'unknown', object, saw: date, message: 'stale', params: { node, date } }]
  const files = evidence.files.filter(({ what }) => rules.roles.includes(what))
  const findings = files.map((file) => ofFile(file, node, rules.wanted))
  // What was not seen may be worse than what was: a fail stands, a pass does not.
  if (!evidence.asRoot || evidence.unreadable.length > 0)
    return [...findings, { status: 'unknown', object, message: 'hidden', params: { node } }]
  return findings.length > 0 ? findings : [{ status: 'not-applicable', object, message: 'none', params: { node } }]
}

function ofFile(file: NodeFile, node: string, wanted: Wanted): Finding<Message> {
  const { ok, saw, want, bad } = judged(file, wanted)
  const object = { apiVersion: 'v1', kind: 'Node', name: node }
  const params = { node, path: safe(file.path), saw, want, quoted: `'${safe(file.path).replaceAll("'", "'\\''")}'` }
  if (file.type === 'link') return { status: 'unknown', object, path: file.path, message: 'link', params }
  return { status: ok ? 'pass' : 'fail', object, path: file.path, saw, message: ok ? 'fine' : bad, params }
}

/** A mode passes where it sets no bit beyond the wanted one: 600 allows 400, but 4600 not. */
function judged(file: NodeFile, wanted: Wanted): { ok: boolean; saw: string; want: string; bad: 'open' | 'owned' } {
  if ('mode' in wanted) {
    const wider = Number.parseInt(file.mode, 8) & ~Number.parseInt(wanted.mode, 8)
    return { ok: wider === 0, saw: file.mode, want: wanted.mode, bad: 'open' }
  }
  const saw = `${file.owner}:${file.group}`
  const root = wanted.owner === 'root' ? file.uid === 0 && file.gid === 0 : saw === `${wanted.owner}:${wanted.group}`
  return { ok: root, saw: safe(saw), want: `${wanted.owner}:${wanted.group}`, bad: 'owned' }
}

function exampleOf({ roles: [what = 'cni'], wanted }: FileRules, good: boolean): string {
  const mode = 'mode' in wanted && good ? wanted.mode : '777'
  const user = 'owner' in wanted && good ? wanted.owner : 'nobody'
  const uid = user === 'root' ? 0 : 1001
  return `
apiVersion: v1
kind: Node
metadata: { name: node-1, labels: { ${CONTROL_PLANE}: "" } }
---
apiVersion: probe.kubeharden/v1
kind: NodeEvidence
schemaVersion: 1
metadata: { name: node-1 }
hostname: node-1
takenAt: "2099-01-01T00:00:00Z" # an example that does not grow old
asRoot: true
kubelet: true
files:
  - { what: ${what}, path: /example/file, type: file, mode: "${mode}", uid: ${uid}, gid: ${uid}, owner: ${user}, group: ${user} }
unreadable: []
sha256: {}
`
}
