import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PodSecurityPreview } from '../../../src/model/podSecurity.ts'
import { cliBench } from './bench.ts'

const bench = cliBench()
const preview = (...argv: string[]) => bench.run(['preview', 'pod-security', ...argv])
const folder = mkdtempSync(join(tmpdir(), 'kubeharden-psa-'))
const template = (spec: string) => `{template: {metadata: {labels: {a: b}}, spec: ${spec}}, selector: {matchLabels: {a: b}}, replicas: 0}`
const BAD = '{hostPID: true, containers: [{name: c}]}'
const GOOD = `{securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}},
  containers: [{name: c, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}`
const MANIFESTS = `
${['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']
  .map((kind) => `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: bad, namespace: shop}\nspec: ${template(BAD)}`)
  .join('\n---\n')}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: bad, namespace: shop}
spec: {replicas: 0, template: {spec: ${BAD}}}
---
apiVersion: v1
kind: PodTemplate
metadata: {name: bad, namespace: shop}
template: {spec: ${BAD}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: bad, namespace: shop}
spec: {template: {spec: ${BAD}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: bad, namespace: shop}
spec: {schedule: "* * * * *", suspend: true, jobTemplate: {spec: {template: {spec: ${BAD}}}}}
---
apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: shop}
spec: ${BAD}
---
apiVersion: v1
kind: Pod
metadata: {name: good, namespace: calm}
spec: ${GOOD}
---
apiVersion: v1
kind: Namespace
metadata: {name: calm, labels: {pod-security.kubernetes.io/enforce: baseline}}
`
const file = join(folder, 'shop.yaml')
writeFileSync(file, MANIFESTS)

describe('preview pod-security', () => {
  it('json has every kind that makes pods, scaled to zero and suspended too, with exact fields', async () => {
    const { code, out, err } = await preview('--level', 'baseline', '--from', file, '-o', 'json')
    expect({ code, err }).toEqual({ code: 1, err: '' })
    const { level, policyVersion, violations, namespaces } = JSON.parse(out) as PodSecurityPreview
    expect({ level, policyVersion }).toEqual({ level: 'baseline', policyVersion: 'latest' })
    expect(violations.map((v) => [v.object.kind, v.check, v.reason, ...v.fields])).toEqual([
      ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController'].map((kind) => [
        kind,
        'hostNamespaces',
        'host namespaces',
        'spec.template.spec.hostPID',
      ]),
      ['CronJob', 'hostNamespaces', 'host namespaces', 'spec.jobTemplate.spec.template.spec.hostPID'],
      ['Job', 'hostNamespaces', 'host namespaces', 'spec.template.spec.hostPID'],
      ['PodTemplate', 'hostNamespaces', 'host namespaces', 'template.spec.hostPID'],
      ['Pod', 'hostNamespaces', 'host namespaces', 'spec.hostPID'],
    ])
    expect(violations[0]?.object).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'bad' })
    expect(violations[0]?.cure).toEqual([{ op: 'remove', path: ['spec', 'template', 'spec', 'hostPID'] }])
    expect(namespaces).toEqual([
      { name: 'calm', enforce: { level: 'baseline', version: 'latest' }, objects: 1, violating: 0, strictest: 'restricted' },
      { name: 'shop', objects: 9, violating: 9, strictest: 'privileged' },
    ])
  })

  it('exits 0 where nothing violates, of one namespace or at no level at all', async () => {
    const calm = await preview('--level', 'restricted', '--from', file, '-n', 'calm')
    expect(calm).toMatchObject({ code: 0, err: '' })
    expect(calm.out).toContain('nothing violates it (1 looked at)')
    expect(calm.out).not.toContain('shop')
    expect((await preview('--level', 'privileged', '--from', file)).code).toBe(0)
  })

  it('the table names what is violated, where, and the cure', async () => {
    const { code, out } = await preview('--level', 'restricted', '--policy-version', 'v1.29', '--from', file, '-n', 'shop')
    expect(code).toBe(1)
    expect(out).toMatch(/shop +- +9 of 9 +privileged/)
    expect(out).toContain('  CronJob bad\n    ! host namespaces (hostNamespaces)\n        spec.jobTemplate.spec.template.spec.hostPID\n')
    expect(out).toContain('      - spec.template.spec.hostPID\n')
    expect(out).toContain('      + spec.template.spec.containers[name=c].securityContext.capabilities.drop: ["ALL"]\n')
    expect(out).toContain('whose user is a number other than 0')
  })

  it('a Deployment and its pods are one thing in the table; old ReplicaSets of it are history', async () => {
    const { out } = await preview('--level', 'restricted', '--practice', '-n', 'shop')
    expect(out).toMatch(/Deployment web, and \d+ Pods? of it\n/)
    expect(out).not.toMatch(/^ {2}Pod web-/m)
    const json = JSON.parse((await preview('--level', 'restricted', '--practice', '-n', 'shop', '-o', 'json')).out) as PodSecurityPreview
    expect(json.violations.some((v) => v.object.kind === 'Pod' && v.owner?.kind === 'Deployment')).toBe(true)
  })

  it('what cannot be read is unknown and never strict enough', async () => {
    const broken = join(folder, 'broken.yaml')
    writeFileSync(broken, `apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: odd}\nspec: {containers: [{name: 1}]}\n`)
    const { code, out } = await preview('--level', 'baseline', '--from', broken)
    expect(code).toBe(0)
    expect(out).toMatch(/^odd +- +0 of 0 +UNKNOWN$/m)
    expect(out).toContain('Could not be seen')
    expect(out).toContain('nothing of it was seen')
  })

  it('levels, versions and namespaces that are not there: 2, and what there is', async () => {
    for (const [argv, says] of [
      [['--level', 'strict', '--from', file], 'privileged, baseline, restricted'],
      [['--level', 'baseline', '--policy-version', 'v1.99', '--from', file], 'v1.0 to v1.37, or latest'],
      [['--level', 'baseline', '--policy-version', '1.29', '--from', file], 'v1.0 to v1.37, or latest'],
      [['--level', 'baseline', '-n', 'nowhere', '--from', file], 'no namespace nowhere'],
      [['--from', file], '--level'],
    ] as const) {
      const ran = await preview(...argv)
      expect(ran).toMatchObject({ code: 2, out: '' })
      expect(ran.err).toContain(says)
    }
  })

  it('a snapshot holds all that it needs', async () => {
    const path = join(folder, 'snapshot.json')
    expect((await bench.run(['snapshot', '--out', path, '--practice'])).code).toBe(0)
    const argv = ['--level', 'restricted', '-o', 'json']
    const from = JSON.parse((await preview(...argv, '--from', path)).out) as PodSecurityPreview
    expect(from).toEqual(JSON.parse((await preview(...argv, '--practice')).out))
    expect(from.gaps).toEqual([])
  })
})
