import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { command, emptyHome } from './command.ts'

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startCluster({ name: 'guide' })
  await cluster.createNamespace('shop')
})
afterAll(() => cluster?.stop())

it('files for nodes: not yet, then in use, told by the API; the check turns, and going back is seen too', async () => {
  const home = emptyHome()
  const at = ['--kubeconfig', cluster.adminKubeconfig]
  const out = join(mkdtempSync(join(tmpdir(), 'kubeharden-guide-')), 'plan')
  const status = async () => {
    const ran = await command(['audit', '-o', 'json', '--check', 'encryption/at-rest', ...at], home)
    return (JSON.parse(ran.out) as { checks: { status: string }[] }).checks[0]?.status
  }
  const progress = async () => (await command(['progress', ...at], home)).out
  expect(await status()).toBe('fail')
  const ran = await command(['apply', 'encryption-config', '--situation', 'first-encryption', '--yes', '--out', out, ...at], home)
  expect(ran.code, ran.err).toBe(0)
  expect(await progress()).toContain('NOT YET: encryption-config: none of its files is in use yet on the 1 API servers seen')

  await cluster.restartApiserver([`--encryption-provider-config=${join(out, '2-encrypt/encryption-config.yaml')}`])
  await cluster.kubectl(['-n', 'shop', 'create', 'secret', 'generic', 'new', '--from-literal=a=b'])
  expect(await progress()).toContain('TOOK: encryption-config: 2-encrypt/encryption-config.yaml is in use on 1 of 1 API servers seen')
  expect(await status()).toBe('pass')
  expect((await cluster.etcdGet('/registry/secrets/shop/new')).toString('latin1')).toMatch(/^k8s:enc:secretbox:v1:/)

  await cluster.restartApiserver([`--encryption-provider-config=${join(out, 'back-to-plain-text/encryption-config.yaml')}`])
  expect(await progress()).toContain('is in use on 1 of 1 API servers seen; it still writes plain text')
  const journal = await command(['journal', ...at], home)
  expect(journal.out).toContain('NOT YET: encryption-config')
})
