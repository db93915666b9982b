import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { openReports, toOpenReports } from '../../src/report/openreports.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { anyAssessment, blindAssessment, practiceAssessment } from '../report/scenes.ts'

const CRDS = ['openreports.io_reports.yaml', 'openreports.io_clusterreports.yaml']
let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster({ name: 'openreports', auditLog: false })
  for (const file of CRDS) {
    const body = parse(readFileSync(new URL(`./crds/${file}`, import.meta.url), 'utf8')) as object
    const made = await cluster.api('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { method: 'POST', body })
    if (made.status !== 201) throw new Error(`${made.status} ${made.text}`)
  }
  await vi.waitFor(async () => {
    for (const plural of ['reports', 'clusterreports'])
      expect((await cluster.api(`/apis/openreports.io/v1alpha1/${plural}`)).status).toBe(200)
  })
})
afterAll(async () => {
  await cluster?.stop()
})

type Item = ReturnType<typeof openReports>['items'][number]

function post(item: Item, options = '') {
  const { namespace } = item.metadata
  const path = namespace === undefined ? 'clusterreports' : `namespaces/${namespace}/reports`
  // Strict: a field that the CustomResourceDefinition does not know is an error, not dropped in silence.
  const url = `/apis/openreports.io/v1alpha1/${path}?fieldValidation=Strict${options}`
  return cluster.api(url, { method: 'POST', body: item })
}

it('the API server itself refuses what is no Report', async () => {
  const item = openReports(blindAssessment()).items[0]
  if (item === undefined) throw new Error('no report')
  const [first] = item.results
  const refused = [
    { ...item, results: [{ ...first, result: 'fine' }] },
    { ...item, results: [{ ...first, severity: 'huge' }] },
    { ...item, more: 1 },
    { ...item, results: [{ ...first, timestamp: { seconds: 'now', nanos: 0 } }] },
  ] as unknown as Item[]
  for (const bad of refused) expect((await post(bad)).status).toBeGreaterThanOrEqual(400)
})

it('kubectl apply takes the report of the practice cluster, twice, and every result is there again', async () => {
  const assessment = await practiceAssessment()
  const { items } = openReports(assessment)
  const served = async () => {
    const { status, text } = await cluster.api('/api/v1/namespaces')
    expect(status).toBe(200)
    return (JSON.parse(text) as { items: { metadata: { name: string } }[] }).items.map((i) => i.metadata.name)
  }
  const there = new Set(await served())
  const namespaces = new Set(items.flatMap((i) => i.metadata.namespace ?? []))
  for (const namespace of namespaces) if (!there.has(namespace)) await cluster.createNamespace(namespace)
  for (const time of [1, 2]) {
    const applied = await cluster.kubectl(['apply', '-f', '-'], { stdin: toOpenReports(assessment) })
    expect(applied.code, `${time}: ${applied.stderr}`).toBe(0)
  }
  let results = 0
  for (const plural of ['reports', 'clusterreports']) {
    const list = (await cluster.api(`/apis/openreports.io/v1alpha1/${plural}`)).json<{ items: Item[] }>()
    for (const got of list.items) {
      const sent = items.find((i) => i.metadata.name === got.metadata.name && i.metadata.namespace === got.metadata.namespace)
      expect(got.results).toEqual(sent?.results)
      expect(got.summary).toEqual(sent?.summary)
      results += got.results.length
    }
  }
  const findings = assessment.checks.flatMap((c) => [...c.findings.filter((f) => f.status !== 'not-applicable'), ...c.gaps])
  expect(results).toBe(findings.length)
})

it('whatever strangers write is accepted, without an unknown field', async () => {
  const items = [blindAssessment(), ...fc.sample(anyAssessment, 150)].flatMap((a) => openReports(a).items)
  expect(items.length).toBeGreaterThan(100)
  for (const item of items) {
    // A name of its own: the reports of the test before stand already.
    const metadata = { ...item.metadata, name: 'stranger', ...(item.metadata.namespace === undefined ? {} : { namespace: 'default' }) }
    const answer = await post({ ...item, metadata }, '&dryRun=All')
    expect(answer.status, answer.text).toBe(201)
  }
})
