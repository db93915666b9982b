import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { connectFrom } from '#cluster/objects/from.ts'
import { parseManifests } from '#cluster/objects/parse.ts'
import { writeSnapshot } from '#cluster/objects/snapshot.ts'
import { kindsOf } from '#evaluate/evaluate.ts'
import { auditOnce } from '#session/headless.ts'
import { CHECKS, DENY, errorOf, readyOf, World } from './support.ts'

const folder = () => mkdtemp(join(tmpdir(), 'kh-session-'))

const SHOP = `apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web:1 }] }
`

async function manifests(world: World) {
  const dir = await folder()
  await writeFile(join(dir, 'shop.yaml'), SHOP)
  return world.ready({ target: { kind: 'from', path: dir }, connect: () => connectFrom(dir) })
}

it('previews on a folder of manifests, refuses to apply, and writes a folder', async () => {
  const world = new World()
  const session = await manifests(world)
  expect(readyOf(session)).toMatchObject({ source: 'manifests', readOnly: expect.stringContaining('files') })
  const preview = await session.preview('network-policies', DENY)
  expect(preview.items).toMatchObject([{ kind: 'object', action: 'create', ref: { kind: 'NetworkPolicy', namespace: 'shop' } }])
  expect((await errorOf(session.apply(preview))).code).toBe('read-only')
  expect((await errorOf(session.previewUndo('x'))).code).toBe('read-only')

  const out = join(await folder(), 'out')
  const paths = await session.writeFolder(preview, out)
  const policy = paths.find((p) => p.includes('networkpolicy')) ?? ''
  const [{ object } = {}] = parseManifests(await readFile(policy, 'utf8'), policy).objects
  expect(object).toMatchObject({ kind: 'NetworkPolicy', metadata: { namespace: 'shop' } })
  expect(await readFile(join(out, 'kustomization.yaml'), 'utf8')).toContain(policy.slice(out.length + 1))
  expect((await errorOf(session.writeFolder(preview, out))).message).toMatch(/not empty/)
  expect(world.saved).toEqual([])
})

it('writes no folder through a link', async () => {
  const session = await manifests(new World())
  const preview = await session.preview('network-policies', DENY)
  const base = await folder()
  await mkdir(join(base, 'real'))
  await symlink(join(base, 'real'), join(base, 'link'))
  expect((await errorOf(session.writeFolder(preview, join(base, 'link')))).message).toMatch(/is a link/)
  expect(await readdir(join(base, 'real'))).toEqual([])
})

it('judges a snapshot as it judged the cluster', async () => {
  const world = new World()
  const session = await world.ready({ writeSnapshot })
  const file = join(await folder(), 'snapshot.json')
  await session.saveSnapshot(file)
  const text = await readFile(file, 'utf8')
  expect(text).not.toContain('last-applied-configuration":"{')
  const { state, assessment } = await auditOnce(world.deps({ connect: () => connectFrom(file) }), { kind: 'from', path: file }, CHECKS)
  const rows = (checks: typeof assessment.checks) => checks.map((c) => [c.id, c.status, c.findings.map((f) => f.status)])
  expect(rows(assessment.checks)).toEqual(rows(readyOf(session).assessment.checks))
  expect(Object.keys(state.kinds).sort()).toEqual(kindsOf(CHECKS).sort())
  expect(assessment.overall).toEqual(readyOf(session).assessment.overall)
})

it('knows nothing of what a snapshot does not hold', async () => {
  const world = new World()
  const session = await world.ready({ writeSnapshot })
  const file = join(await folder(), 'snapshot.json')
  await session.saveSnapshot(file)
  const snapshot = JSON.parse(await readFile(file, 'utf8'))
  delete snapshot.kinds.roleBindings
  snapshot.kinds.networkPolicies = { items: [], gaps: [], onlyNamespaces: [] }
  await writeFile(file, JSON.stringify(snapshot))
  const { assessment } = await auditOnce(world.deps({ connect: () => connectFrom(file) }), { kind: 'from', path: file }, CHECKS)
  for (const { id, reads } of CHECKS)
    if (reads.includes('roleBindings') || reads.includes('networkPolicies'))
      expect([id, assessment.checks.find((c) => c.id === id)?.status]).toEqual([id, 'unknown'])
})
