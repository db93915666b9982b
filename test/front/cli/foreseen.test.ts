import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cliBench } from './bench.ts'

const bench = cliBench()
const folder = mkdtempSync(join(tmpdir(), 'kubeharden-foreseen-'))

async function applying(name: string, yaml: string): Promise<string> {
  const file = join(folder, `${name}.yaml`)
  writeFileSync(file, yaml)
  return (await bench.run(['apply', '-f', file, '--practice', '--dry-run'])).out
}

const metadata = (name: string) => `metadata: { name: ${name}, namespace: shop }`

describe('a preview says what the simulators foresee', () => {
  it('flows that policies of a wizard cut, each with the policy', async () => {
    const { out } = await bench.run(['apply', 'network-policies', '--practice', '--in-namespaces', 'shop', '--dry-run'])
    expect(out).toContain('! DANGER: any pod -> Service shop/db:5432/TCP is cut by NetworkPolicy shop/default-deny-ingress.')
    expect(out).toContain('! outside of the cluster -> Service shop/web:80/TCP may be cut by NetworkPolicy shop/default-deny-ingress.')
    expect(out).not.toContain('is reached by nobody')
  })

  it('and that a policy of the operator cuts, where it is none that lets it through', async () => {
    const policy = (ports: string) => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
${metadata('db')}
spec: { podSelector: { matchLabels: { app: db } }, ingress: [{ ports: [{ port: ${ports} }] }] }
`
    expect(await applying('closed', policy('9'))).toContain('Service shop/db:5432/TCP is cut by NetworkPolicy shop/db.')
    expect(await applying('open', policy('5432'))).not.toContain('is cut')
  })

  it('pods and templates that a level refuses, once for what made them', async () => {
    const level = (name: string) => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: ${name} } }
`
    const out = await applying('restricted', level('restricted'))
    expect(out.match(/Deployment shop\/api: its pods go on, but no new one is admitted under restricted: /g)).toHaveLength(1)
    expect(await applying('privileged', level('privileged'))).not.toContain('no new one is admitted')
  })

  it('what a quota would not admit again, and rollouts that would stand still', async () => {
    const quota = (pods: number) => `
apiVersion: v1
kind: ResourceQuota
${metadata('few')}
spec: { hard: { pods: "${pods}" } }
`
    const out = await applying('few', quota(3))
    expect(out).toContain('Deployment shop/api: its next rollout would be stopped by ResourceQuota few: exceeded quota: few')
    expect(await applying('many', quota(30))).not.toContain('What it means')
  })

  it('looks at nothing where nothing of that is touched', async () => {
    const config = `
apiVersion: v1
kind: ConfigMap
${metadata('plain')}
data: { a: b }
`
    expect(await applying('config', config)).not.toContain('What it means')
  })

  it('stands in the README of a folder as well', async () => {
    const dir = join(folder, 'out')
    const { code } = await bench.run(['generate', 'network-policies', '--practice', '--in-namespaces', 'shop', '--out', dir])
    expect(code).toBe(0)
    expect(readFileSync(join(dir, 'README.md'), 'utf8')).toContain(
      'Service shop/db:5432/TCP is cut by NetworkPolicy shop/default-deny-ingress',
    )
  })
})
