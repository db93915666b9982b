import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cliBench } from './bench.ts'
import { folder } from './files.ts'

const MACHINE = '0123456789abcdef0123456789abcdef'
const CLUSTER = `
apiVersion: v1
kind: Node
metadata: { name: n1, labels: { node-role.kubernetes.io/control-plane: "" } }
status: { nodeInfo: { kubeletVersion: v1.36.0, machineID: ${MACHINE} } }
`
const evidence = (name: string, more: object = {}) =>
  JSON.stringify({
    schemaVersion: 1,
    metadata: { name },
    hostname: name,
    takenAt: new Date(Date.now() - 60_000).toISOString().replace(/\.\d+/, ''),
    asRoot: true,
    kubelet: true,
    files: [{ what: 'cni', path: '/etc/cni/net.d/a', type: 'file', mode: '600', uid: 0, gid: 0, owner: 'root', group: 'root' }],
    unreadable: [],
    sha256: {},
    ...more,
  })

function scene() {
  const at = folder('cluster.yaml')
  writeFileSync(at, CLUSTER)
  const bench = cliBench()
  const run = (words: readonly string[], stdin = '') => bench.run([...words, '--from', at], { stdin })
  const cni = async () => {
    const { out } = await run(['audit', '-o', 'json', '--check', 'control-plane/file-cni-mode'])
    return (JSON.parse(out) as { checks: [{ status: string }] }).checks[0].status
  }
  return { run, cni }
}

describe('evidence', () => {
  it('script prints a shell script', async () => {
    const { code, out } = await scene().run(['evidence', 'script'])
    expect(code).toBe(0)
    expect(out).toMatch(/^#!\/bin\/sh\n/)
  })

  it('import, list, remove: the audit follows', async () => {
    const { run, cni } = scene()
    expect(await cni()).toBe('unknown')
    const file = folder('n1.json')
    writeFileSync(file, evidence('n1'))
    const ran = await run(['evidence', 'import', file])
    expect(ran, ran.err).toMatchObject({ code: 0, err: expect.stringMatching(/^Kept: node n1, taken at /) as string })
    expect(await cni()).toBe('pass')
    expect((await run(['evidence'])).out).toMatch(/^n1 {2}\S+Z {2}0 days old\n$/)
    expect(await run(['evidence', 'remove', 'n1'])).toMatchObject({ code: 0, err: 'Removed: node n1.\n' })
    expect(await cni()).toBe('unknown')
    expect(await run(['evidence', 'remove', 'n1'])).toMatchObject({ code: 2 })
  })

  it.each([
    ['what is not JSON', 'Warning: unprotected\n{', /is not one JSON document/, /Take it again on the node/],
    ['another document', '{"kind":"List"}', /is no evidence of a node: kind: /, /Take it again on the node/],
    ['a node of another cluster', evidence('n2'), /the cluster shows no node n2\. Nothing was kept/, /Choose the cluster/],
    ['a node of this name elsewhere', evidence('n1', { sha256: { 'machine-id': 'a'.repeat(64) } }), /another machine/, /Take it again/],
  ])('import refuses %s, and says what to do', async (_, text, what, next) => {
    const { run, cni } = scene()
    const { code, err } = await run(['evidence', 'import', '-'], text)
    expect(code).toBe(2)
    expect(err).toMatch(what)
    expect(err).toMatch(next)
    expect((await run(['evidence', 'list'])).out).toBe('n1  none\n')
    expect(await cni()).toBe('unknown')
  })

  it('of several files one that is wrong keeps all of them out', async () => {
    const { run } = scene()
    const [good, bad] = [folder('good.json'), folder('bad.json')]
    writeFileSync(good, evidence('n1'))
    writeFileSync(bad, evidence('n2'))
    expect((await run(['evidence', 'import', good, bad])).code).toBe(2)
    expect((await run(['evidence', 'list'])).out).toBe('n1  none\n')
  })

  it('import of a file that is not there says so', async () => {
    const { code, err } = await scene().run(['evidence', 'import', '/nowhere/n1.json'])
    expect(code).toBe(2)
    expect(err).toContain('/nowhere/n1.json cannot be read (ENOENT)')
  })

  it('the machine of the node itself is taken', async () => {
    const { run, cni } = scene()
    const sum = createHash('sha256').update(MACHINE).digest('hex')
    expect(await run(['evidence', 'import', '-'], evidence('n1', { sha256: { 'machine-id': sum } }))).toMatchObject({ code: 0 })
    expect(await cni()).toBe('pass')
  })

  it('the practice cluster has no nodes to take it from', async () => {
    expect(await cliBench().run(['evidence', 'list', '--practice'])).toMatchObject({ code: 2 })
  })
})
