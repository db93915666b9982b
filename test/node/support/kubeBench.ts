import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import * as z from 'zod'
import { ensureKubeBench } from '../../cluster/node/kube-bench/build.mjs'
import type { TestNode } from '../../cluster/node/node.ts'
import { type Bench, cliBench } from '../../front/cli/bench.ts'
import { explanationOf } from './kubeBenchDifferences.ts'

/** What the comparison needs of a node: its cluster from here, and commands on it. */
export type ComparedNode = Pick<TestNode, 'kubeconfig' | 'exec' | 'must'>

/** pass or fail; undecided: kube-bench leaves it to a person, or we say unknown, manual or not applicable. */
export type Verdict = 'pass' | 'fail' | 'undecided'

/** One CIS control as both see it. */
export interface Row {
  readonly id: string
  readonly kubeBench: Verdict
  readonly ours: Verdict
  /** What each of our findings saw, with the check that says so. */
  readonly saw: readonly string[]
  /** Why they differ, where we know it and have looked by hand. */
  readonly because?: string
}

/** The newest configuration of this kube-bench; its ids in sections 1 to 4 are those of CIS 1.12. */
const BENCHMARK = 'cis-1.11'
const THERE = '/run/kube-bench'
const TARGETS = 'master,controlplane,node,etcd'

const result = z.object({
  test_number: z.string(),
  status: z.enum(['PASS', 'FAIL', 'WARN', 'INFO']),
  type: z.string(),
  reason: z.string().optional(),
})
const report = z.object({ Controls: z.array(z.object({ tests: z.array(z.object({ results: z.array(result) })) })) })

const audit = z.object({
  checks: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      controls: z.object({ cis: z.array(z.string()).optional() }),
      findings: z.array(z.object({ saw: z.string().optional(), status: z.string() })),
    }),
  ),
})

/** Runs kube-bench on the node and audits its cluster with evidence of it, and lays the two beside each other, for every control. */
export async function compare(node: ComparedNode, options: { readonly bench?: Bench } = {}): Promise<readonly Row[]> {
  const bench = options.bench ?? cliBench()
  const theirs = await runKubeBench(node)
  await takeEvidence(node, bench)
  const ours = await auditOf(node, bench)
  return [...new Set([...theirs.keys(), ...ours.keys()])].sort(byNumber).map((id) => {
    const { verdict, saw } = ours.get(id) ?? { verdict: 'undecided' as const, saw: [] }
    const row = { id, kubeBench: theirs.get(id) ?? 'undecided', ours: verdict, saw }
    const because = explanationOf(row)
    return because === undefined ? row : { ...row, because }
  })
}

/** The rows that both decide. */
export const decided = (rows: readonly Row[]) => rows.filter((row) => row.kubeBench !== 'undecided' && row.ours !== 'undecided')

/** Of these, the ones that differ without an explanation: `1.2.3: kube-bench pass, ours fail (saw …)`. */
export function unexplained(rows: readonly Row[]): readonly string[] {
  return decided(rows)
    .filter((row) => row.kubeBench !== row.ours && row.because === undefined)
    .map((row) => `${row.id}: kube-bench ${row.kubeBench}, ours ${row.ours} (${row.saw.join('; ')})`)
}

/** On how many controls both decide, on how many of these they say the same, and where they do not. */
export function figures(rows: readonly Row[]): { readonly decided: number; readonly same: number; readonly differ: readonly string[] } {
  const both = decided(rows)
  const same = both.filter((row) => row.kubeBench === row.ours)
  return { decided: both.length, same: same.length, differ: both.filter((row) => row.kubeBench !== row.ours).map(({ id }) => id) }
}

/** kube-bench reads `ps` and files, so it runs inside the node. A WARN of a test that ran is a test that failed, only not scored. */
export async function runKubeBench(node: ComparedNode): Promise<ReadonlyMap<string, Verdict>> {
  await copyOver(node)
  // `ps` cuts command lines at COLUMNS, and with them flags that kube-bench then does not find.
  const command = ['env', '-u', 'COLUMNS', `${THERE}/kube-bench`, 'run', '--config-dir', `${THERE}/cfg`]
  const printed = await node.must([...command, '--benchmark', BENCHMARK, '--targets', TARGETS, '--json'])
  const { Controls } = report.parse(JSON.parse(printed))
  const results = Controls.flatMap(({ tests }) => tests.flatMap(({ results }) => results))
  return new Map(results.map((one) => [one.test_number, verdictOf(one)]))
}

/** Onto the node, which does not see where it was built; once. */
async function copyOver(node: ComparedNode): Promise<void> {
  const folder = await ensureKubeBench()
  if ((await node.exec(['test', '-d', THERE])).code === 0) return
  const { stdout } = await promisify(execFile)('tar', ['-c', '-C', folder, '.'], { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 })
  await node.must(['sh', '-c', `mkdir -p ${THERE}.new && tar -x -C ${THERE}.new && mv ${THERE}.new ${THERE}`], { input: stdout })
}

/** As an operator does it: the script that we print, run on the node, and what it printed imported. */
async function takeEvidence(node: ComparedNode, bench: Bench): Promise<void> {
  const script = await bench.run(['evidence', 'script'])
  const stdin = await node.must(['sh'], { input: script.out })
  const { code, err } = await bench.run(['evidence', 'import', '-', '--kubeconfig', node.kubeconfig], { stdin })
  if (code !== 0) throw new Error(`evidence import ended with ${code}: ${err}`)
}

function verdictOf({ status, type, reason = '' }: z.infer<typeof result>): Verdict {
  if (status === 'PASS') return 'pass'
  if (status === 'INFO' || type === 'manual' || type === 'skip' || /manual test/.test(reason)) return 'undecided'
  return 'fail'
}

async function auditOf(
  node: ComparedNode,
  bench: Bench,
): Promise<ReadonlyMap<string, { readonly verdict: Verdict; readonly saw: readonly string[] }>> {
  const { code, out, err } = await bench.run(['audit', '-o', 'json', '--kubeconfig', node.kubeconfig])
  if (code !== 0) throw new Error(`audit ended with ${code}: ${err}`)
  const { checks } = audit.parse(JSON.parse(out))
  const ids = new Set(checks.flatMap(({ controls }) => controls.cis ?? []))
  return new Map(
    [...ids].map((id) => {
      const of = checks.filter(({ controls }) => controls.cis?.includes(id))
      const saw = of.flatMap((check) =>
        check.findings.flatMap((finding) => (finding.saw === undefined ? [] : [`${check.id}: ${finding.saw}`])),
      )
      return [id, { verdict: together(of.map(({ status }) => status)), saw }]
    }),
  )
}

/** Several checks of one control: one that fails is enough, and one that passes where no other leaves it open. */
function together(statuses: readonly string[]): Verdict {
  if (statuses.includes('fail')) return 'fail'
  if (statuses.some((status) => status === 'unknown' || status === 'manual')) return 'undecided'
  return statuses.includes('pass') ? 'pass' : 'undecided'
}

function byNumber(a: string, b: string): number {
  const [x, y] = [a, b].map((id) => id.split('.').map(Number))
  for (let i = 0; i < 3; i += 1) if ((x?.[i] ?? 0) !== (y?.[i] ?? 0)) return (x?.[i] ?? 0) - (y?.[i] ?? 0)
  return 0
}
