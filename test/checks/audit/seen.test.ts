import { describe, expect, test } from 'vitest'
import { check as collector } from '#checks/audit/log-collector.ts'
import { check as metrics } from '#checks/audit/metrics.ts'
import { check as detection } from '#checks/audit/runtime-detection.ts'
import { check as alerts } from '#checks/audit/security-alerts.ts'
import { namespace, verdicts, workload } from '../encryption/support.ts'

const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })
const agent = (image: string, numberReady: number, kind = 'DaemonSet') => ({
  ...workload('agent', { containers: [{ name: 'c', image }] }, {}, kind),
  status: { numberReady },
})
const SYSTEM = namespace('kube-system')

describe.each([
  ['log-collector', collector, 'fluent/fluent-bit:4'],
  ['runtime-detection', detection, 'falcosecurity/falco:0.42'],
])('%s', (_, check, image) => {
  test.each([
    ['on all nodes', [SYSTEM, node('a'), node('b'), agent(image, 2)], ['agent: pass everywhere']],
    ['not on one', [SYSTEM, node('a'), node('b'), agent(image, 1)], ['agent: fail partly']],
    ['none', [SYSTEM, node('a'), agent('nginx', 1)], ['cluster: fail none']],
    ['a Deployment is on no node of its own', [SYSTEM, node('a'), agent(image, 1, 'Deployment')], ['cluster: fail none']],
    ['a folder is no cluster', [agent('nginx', 1)], []],
  ])('%s', (__, objects, expected) => {
    expect(verdicts(check, objects)).toEqual(expected)
  })
})

test('metrics: a program that is recognised, or none', () => {
  expect(verdicts(metrics, [SYSTEM, agent('quay.io/prometheus/prometheus:v3', 0, 'StatefulSet')])).toEqual(['agent: pass found'])
  expect(verdicts(metrics, [SYSTEM, agent('quay.io/prometheus/node-exporter:v1', 0)])).toEqual(['cluster: fail none'])
})

describe('security-alerts', () => {
  const rules = (...expressions: string[]) => ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'r', namespace: 'm' },
    spec: { groups: [{ rules: expressions.map((expr) => ({ alert: 'A', expr })) }] },
  })
  test('a signal for each of six, by the metrics that an alert names', () => {
    expect(verdicts(alerts, [rules('etcd_server_has_leader == 0')]).filter((v) => v.includes('pass'))).toHaveLength(1)
    expect(verdicts(alerts, [rules('up == 0')])).toEqual(Array.from({ length: 6 }, () => 'cluster: fail missing'))
  })
  test('a recording rule alerts nobody', () => {
    const recording = { ...rules(), spec: { groups: [{ rules: [{ record: 'x', expr: 'etcd_server_has_leader' }] }] } }
    expect(verdicts(alerts, [recording])).toEqual(['cluster: manual elsewhere'])
  })
})
