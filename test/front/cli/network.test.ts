import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NetworkImpact } from '../../../src/model/network.ts'
import { cliBench } from './bench.ts'

const bench = cliBench()
const folder = mkdtempSync(join(tmpdir(), 'kubeharden-network-'))
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const pod = (namespace: string, name: string, app: string, more = '') => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${namespace}, labels: { app: ${app} } }
spec: { serviceAccountName: default, containers: [{ name: c${more} }] }
---`
const CLUSTER = file(
  'cluster.yaml',
  `${pod('shop', 'web', 'web', ", args: ['--api=api.shop:80', '--db', 'db:5432']")}${pod('shop', 'api', 'api', ', ports: [{ name: http, containerPort: 8081 }], readinessProbe: { httpGet: { port: http } }')}${pod('shop', 'db', 'db')}${pod('other', 'client', 'client')}${pod('kube-system', 'dns-1', 'dns')}
apiVersion: v1
kind: Service
metadata: { name: api, namespace: shop }
spec: { type: NodePort, selector: { app: api }, ports: [{ name: web, port: 80, targetPort: http }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { selector: { app: db }, ports: [{ port: 5432 }] }
---
apiVersion: v1
kind: Service
metadata: { name: kube-dns, namespace: kube-system }
spec: { selector: { app: dns }, ports: [{ name: dns, port: 53, protocol: UDP }, { name: dns-tcp, port: 53 }] }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks: [{ name: g.example.com, clientConfig: { service: { name: api, namespace: shop, port: 80 } } }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: later, namespace: shop }
spec: { replicas: 0, selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: c }] } } }
`,
)
const POLICIES = file(
  'policies.yaml',
  `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: deny, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: api, namespace: shop }
spec: { podSelector: { matchLabels: { app: api } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: http }] }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Egress], egress: [{ to: [{ podSelector: { matchLabels: { app: api } } }] }] }
`,
)
const run = (...argv: string[]) => bench.run([...argv, '--from', CLUSTER])

describe('can-connect', () => {
  it.each([
    ['shop/web', 'shop/api:80', 0],
    ['shop/web', 'shop/api:8081/TCP', 0],
    ['shop/web', 'shop/pod/api:http', 0],
    ['shop/web', 'shop/svc/api:web', 0],
    ['shop/deploy/later', 'shop/api:80/TCP', 0],
    ['shop/web', 'shop/api:8081/UDP', 1],
    ['shop/web', 'shop/db:5432', 1],
    ['shop/db', 'shop/api:80/tcp', 1],
    ['other/client', 'shop/api:80', 1],
    ['other/client', '1.1.1.1:443', 0],
    ['other/client', '[2001:db8::1]:443/SCTP', 0],
    ['shop/web', '1.1.1.1:443', 1],
    ['10.9.9.9', 'shop/api:80', 1],
    ['shop/web', 'shop/web:1', 0],
  ])('%s -> %s: %i', async (from, to, code) => {
    const ran = await run('can-connect', from, to, '--add', POLICIES)
    expect(ran, ran.out).toMatchObject({ code, err: '' })
    expect(ran.out).toContain(code === 0 ? ': allowed' : ': denied')
  })

  it('says which policies decide, as JSON too', async () => {
    const denied = await run('can-connect', 'other/client', 'shop/api:80', '--add', POLICIES)
    expect(denied.out).toContain('ingress: denied by NetworkPolicy shop/deny, NetworkPolicy shop/api')
    const { out } = await run('can-connect', 'shop/web', 'shop/api:80', '--add', POLICIES, '-o', 'json')
    const answer = JSON.parse(out)
    expect(answer).toMatchObject({ verdict: 'allowed', enforcement: { state: 'unknown' } })
    expect(answer.pairs[0].ingress.allowedBy).toEqual([
      { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'shop', name: 'api' },
    ])
    expect((await run('can-connect', '-n', 'shop', 'deploy/later', 'api:80')).code).toBe(0)
  })

  it.each([
    ['shop/nobody', 'shop/api:80', 'no running pod'],
    ['shop/web', 'shop/nobody:80', 'no running pod and no Service'],
    ['shop/web', 'shop/api', 'is written as'],
    ['shop/web', 'shop/svc/api:81', 'has no port 81'],
    ['shop/web', 'shop/api:80/ICMP', 'no protocol'],
    ['shop/web', 'shop/web:70000', 'no port'],
    ['shop/svc/api', 'shop/web:80', 'begins at a pod'],
    ['a/b/c/d', 'shop/web:80', 'is no pod'],
  ])('bad input: %s -> %s', async (from, to, words) => {
    const ran = await run('can-connect', from, to)
    expect(ran.code).toBe(2)
    expect(ran.err).toContain(words)
  })
})

describe('preview network', () => {
  it('--matrix has a row for each pod, true where it is let through', async () => {
    const { code, out } = await run('preview', 'network', '--matrix', '--port', '8081/TCP', '--add', POLICIES, '-o', 'json')
    expect(code).toBe(0)
    const { pods, allowed, unknown } = JSON.parse(out) as { pods: string[]; allowed: boolean[][]; unknown: number[][] }
    expect(pods).toEqual(['kube-system/dns-1', 'other/client', 'shop/api', 'shop/db', 'shop/web'])
    expect(allowed).toEqual([
      [true, true, false, false, false],
      [true, true, false, false, false],
      [false, false, true, false, false],
      [false, false, false, true, false],
      [false, false, true, false, true],
    ])
    expect(unknown).toEqual([])
    expect((await run('preview', 'network', '--matrix')).out).toContain('20 allowed, 0 denied')
  })

  it('names each flow that is lost, and the policy that cuts it', async () => {
    const { code, out } = await run('preview', 'network', '--add', POLICIES, '-o', 'json')
    expect(code).toBe(1)
    const impact = JSON.parse(out) as NetworkImpact
    expect(impact.flows).toMatchObject({ service: 4, published: 1, client: 2, dns: 8, webhook: 1, probe: 1 })
    const lost = impact.lost.map((f) => `${f.reason} ${f.from} > ${f.to} by ${f.cutBy.map((p) => p.name).join()}`)
    expect(lost).toContain('client shop/web > Service shop/db:5432/TCP by deny,web')
    expect(lost).toContain('dns shop/api > Service kube-system/kube-dns:53/UDP by deny')
    expect(lost.filter((l) => l.startsWith('probe') || l.includes('Service shop/api'))).toEqual([])
    expect(impact.doubtful.map((f) => f.reason).toSorted()).toEqual(['published', 'webhook'])
  })

  it('nothing is lost without new policies, and what is imported counts', async () => {
    expect((await run('preview', 'network')).code).toBe(0)
    const csv = file(
      'flows.csv',
      'src,dst,port,proto\nshop/web,shop/db,5432,TCP\nshop/gone,shop/db,5432,TCP\nother/client,10.1.1.1,53,udp\n',
    )
    const { code, out } = await run('preview', 'network', '--flows', csv, '--add', POLICIES, '-o', 'json')
    const impact = JSON.parse(out) as NetworkImpact
    expect({ code, imported: impact.flows.imported, unmatched: impact.unmatched }).toEqual({
      code: 1,
      imported: 2,
      unmatched: ['shop/gone shop/db:5432/TCP'],
    })
    expect(impact.lost.filter((f) => f.reason === 'imported').map((f) => f.from)).toEqual(['shop/web'])
  })

  it('reads what Hubble prints', async () => {
    const flow = (source: object, destination: object, more: object = {}) =>
      JSON.stringify({
        flow: {
          verdict: 'FORWARDED',
          IP: { source: '10.0.0.1', destination: '10.0.0.2' },
          l4: { TCP: { source_port: 4, destination_port: 5432 } },
          source,
          destination,
          ...more,
        },
      })
    const end = (pod_name: string) => ({ namespace: 'shop', pod_name, labels: [], workloads: [{ name: 'later', kind: 'Deployment' }] })
    const lines = [
      flow(end('web'), end('db')),
      flow(end('db'), end('web'), { is_reply: true }),
      flow(end('web'), end('api'), { verdict: 'DROPPED' }),
      flow(end('web-of-yesterday'), end('db')),
      JSON.stringify({ node_status: {} }),
    ]
    const { out } = await run(
      'preview',
      'network',
      '--flows',
      file('hubble.json', `${lines.join('\n')}\n`),
      '--add',
      POLICIES,
      '-o',
      'json',
    )
    const impact = JSON.parse(out) as NetworkImpact
    expect(impact.lost.filter((f) => f.reason === 'imported').map((f) => f.from)).toEqual(['shop/web', 'shop/web-of-yesterday'])
  })

  it('says what is wrong with what it is given', async () => {
    const bad = await run('preview', 'network', '--flows', file('bad.csv', 'shop/web,shop/db,5432,TCP\nnonsense\n'))
    expect(bad).toMatchObject({ code: 2, out: '' })
    expect(bad.err).toContain('bad.csv:2')
    expect((await run('preview', 'network', '--add', CLUSTER)).err).toContain('no network policy')
    expect((await run('preview', 'network', '--port', '80')).err).toContain('--port belongs to --matrix')
    expect((await run('preview', 'network', '--matrix', '--port', 'x')).code).toBe(2)
  })
})
