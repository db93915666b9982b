import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { checks } from '../../src/checks/index.ts'
import { connectLive } from '../../src/cluster/index.ts'
import { evaluate, kindsOf } from '../../src/evaluate/evaluate.ts'
import type { Assessment } from '../../src/model/assessment.ts'
import { compareReports } from '../../src/report/compare/compare.ts'
import { toCsv } from '../../src/report/csv.ts'
import { toHtml } from '../../src/report/html/page.ts'
import { toReport } from '../../src/report/json.ts'
import { toJunit } from '../../src/report/junit.ts'
import { toMarkdown } from '../../src/report/markdown.ts'
import { toSarif } from '../../src/report/sarif/sarif.ts'
import { toTable } from '../../src/report/table.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { byDraft04, byDraft2020 } from '../report/validators.ts'

/** RBAC takes any name that is a segment of a path, and any subject: this is what a stranger can really write into a cluster. */
const NAMES = ['<img src=x onerror=alert(1)>', '\'"><script>alert(1)<script>', '[click](https:evil)|{0}', '=cmd|calc!A1', '\u202egnp.exe']
const RBAC = 'rbac.authorization.k8s.io'

let cluster: TestCluster
let before: Assessment
let after: Assessment

async function audit(kubeconfig: string): Promise<Assessment> {
  const { reader } = await connectLive({ kubeconfig, env: {} })
  try {
    return evaluate(await reader.collect(kindsOf(checks)), checks, new Date())
  } finally {
    await reader.close()
  }
}

beforeAll(async () => {
  cluster = await startCluster({ name: 'reports', auditLog: false })
  before = await audit(cluster.adminKubeconfig)
  for (const name of NAMES) {
    const subjects = [{ kind: 'User', name, apiGroup: RBAC }]
    const roleRef = { kind: 'ClusterRole', name: 'cluster-admin', apiGroup: RBAC }
    const body = { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, subjects, roleRef }
    const made = await cluster.api(`/apis/${RBAC}/v1/clusterrolebindings`, { method: 'POST', body })
    if (made.status !== 201) throw new Error(`${name}: ${made.status} ${made.text}`)
  }
  after = await audit(cluster.adminKubeconfig)
})
afterAll(async () => {
  await cluster?.stop()
})

const json = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as object

it('a real API server keeps such names, and every form of the report stays valid with them', async () => {
  const found = after.checks.find((c) => c.id === 'access/cluster-admin-bindings')?.findings.map((f) => f.object.name) ?? []
  expect(found).toEqual(expect.arrayContaining(NAMES))
  expect(byDraft04(json('../report/schemas/sarif-2.1.0.json'))(JSON.parse(toSarif(after, { version: '0', checks })))).toEqual([])
  expect(byDraft2020(json('../../docs/report.schema.json'))(toReport(after, { version: '0' }))).toEqual([])
  const schema = readFileSync(new URL('../report/schemas/junit-10.xsd', import.meta.url), 'utf8')
  expect((await validateXML({ xml: [{ fileName: 'junit.xml', contents: toJunit(after) }], schema: [schema] })).errors).toEqual([])
})

it('none of them is markup, a link, a formula or a control character in any of them', () => {
  const page = toHtml(after, { version: '0' })
  expect(page).not.toMatch(/<img|<script>alert/)
  expect(page.match(/<script/g)).toHaveLength(1)
  expect(toMarkdown(after)).not.toMatch(/<img|<script|(?<!\\)\[click/)
  expect(toCsv(after)).not.toMatch(/(?:^|,)"=/m)
  for (const text of [page, toMarkdown(after), toCsv(after), toTable(after), toJunit(after)]) expect(text).not.toContain('\u202e')
})

it('compare names exactly the bindings that came, and the way back finds them fixed', () => {
  const [a, b] = [before, after].map((x) => toReport(x, { version: '0' }))
  if (a === undefined || b === undefined) throw new Error('two reports')
  const came = compareReports(a, b)
  const bindings = came.new.filter((c) => c.check === 'access/cluster-admin-bindings').map((c) => c.object.name)
  expect(bindings.toSorted()).toEqual(NAMES.toSorted())
  expect(came.regressions).toBeGreaterThanOrEqual(NAMES.length)
  expect(came.fixed).toEqual([])
  const back = compareReports(b, a)
  expect(back.fixed.filter((c) => c.check === 'access/cluster-admin-bindings')).toHaveLength(NAMES.length)
  expect(back.new).toEqual([])
})

it('with rights taken away nothing is called fixed: it could not be seen', async () => {
  const blind = await audit(await cluster.kubeconfigFor('nobody'))
  const lost = compareReports(toReport(after, { version: '0' }), toReport(blind, { version: '0' }))
  // That one asks who is signed in, and it is somebody else now.
  expect(lost.fixed.map((c) => c.check)).toEqual(['access/client-certificate-user'])
  const unseen = lost.changed.filter((c) => c.check === 'access/cluster-admin-bindings' && c.after.status === 'not-seen')
  expect(unseen.map((c) => c.object.name)).toEqual(expect.arrayContaining(NAMES))
})
