import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { writeFiles } from '#change/files.ts'
import { patchOf, toFolder, toStream } from '#change/folder.ts'
import { KeyRing } from '#change/keys.ts'
import { previewChanges } from '#change/preview.ts'
import type { Change, GeneratedFile, KeySource } from '#model/change.ts'
import { FakeCluster, temporaryFolder, testTemplates } from './support.ts'

const templates = testTemplates()
const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'theirs' }

async function preview(changes: readonly Change[]) {
  const writer = new FakeCluster()
  writer.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace: 'shop' }, data: { a: '1' } })
  return await previewChanges({
    wizard: 'w',
    changes,
    cluster: { name: 'c' },
    writer,
    templates,
    impacts: [{ level: 'danger', text: { en: 'Pods of {n} stop.' }, params: { n: 'x|y' } }],
    reversible: { en: 'Tokens do not come back.' },
  })
}

describe('a folder for git', () => {
  it('holds a kustomization, one file for each object, and what to do', async () => {
    const dir = path.join(temporaryFolder(), 'out')
    const shown = await preview([
      { kind: 'apply', template: 't/config', values: { name: 'ours', data: { on: 'yes' } } },
      { kind: 'apply', template: 't/config', values: { name: 'OURS', data: { a: 'b' } } },
      {
        kind: 'edit',
        ref,
        edits: [
          { op: 'set', path: ['data', 'a'], value: '2' },
          { op: 'remove', path: ['data', 'b'] },
        ],
      },
      { kind: 'remove', ref: { ...ref, name: 'old' } },
    ])
    const written = await toFolder(shown, dir, { templates })
    const files = [
      'configmap-shop-ours.yaml',
      'configmap-shop-ours-2.yaml',
      'patch-configmap-shop-theirs.yaml',
      'before/configmap-shop-theirs.yaml',
      'kustomization.yaml',
      'README.md',
    ]
    expect(written).toEqual(files.map((name) => path.join(dir, name)))
    expect(readdirSync(dir)).toHaveLength(6)
    const read = (name: string) => readFileSync(path.join(dir, name), 'utf8')
    expect(read('configmap-shop-ours.yaml')).toMatch(/^# why\n[\s\S]*"on": "yes"/)
    expect(parse(read('kustomization.yaml')).resources).toEqual(files.slice(0, 2))
    expect(parse(read('patch-configmap-shop-theirs.yaml')).data).toEqual({ a: '2', b: null })
    const readme = read('README.md')
    expect(readme.indexOf('## Way back')).toBeLessThan(readme.indexOf('## Order'))
    for (const words of [
      'Pods of x\\|y stop.',
      'Tokens do not come back.',
      'kubectl apply -k .',
      'kubectl delete ConfigMap old -n shop',
      'kubectl patch ConfigMap theirs -n shop',
    ])
      expect(readme).toContain(words)
    expect(toStream(shown).match(/^---$/gm)).toHaveLength(3)
  })

  it('keeps what is edited and removed as it is now, but no credential, and names the way back with it', async () => {
    const writer = new FakeCluster()
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', name: 'ci-admin' }
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }
    writer.put({ apiVersion: role.apiVersion, kind: role.kind, metadata: { name: role.name }, roleRef, subjects: [] } as never)
    const config = (name: string, data: Record<string, string>) =>
      writer.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop', labels: { a: 'b' } }, data })
    config('theirs', { a: '1' })
    config('secretive', { a: '1', password: 'hunter2hunter2' })
    const changes: Change[] = [
      { kind: 'remove', ref: role },
      ...['theirs', 'secretive'].map(
        (name): Change => ({ kind: 'edit', ref: { ...ref, name }, edits: [{ op: 'set', path: ['data', 'a'], value: '2' }] }),
      ),
      { kind: 'remove', ref: { ...ref, name: 'gone' } },
    ]
    const shown = await previewChanges({ wizard: 'w', changes, cluster: { name: 'c' }, writer, templates })
    const dir = path.join(temporaryFolder(), 'out')
    const written = await toFolder(shown, dir, { templates })
    expect(readdirSync(path.join(dir, 'before'))).toEqual(['clusterrolebinding-ci-admin.yaml', 'configmap-shop-theirs.yaml'])
    const read = (name: string) => readFileSync(path.join(dir, name), 'utf8')
    expect(parse(read('before/clusterrolebinding-ci-admin.yaml'))).toEqual({
      apiVersion: role.apiVersion,
      kind: role.kind,
      metadata: { name: role.name },
      roleRef,
      subjects: [],
    })
    expect(parse(read('before/configmap-shop-theirs.yaml'))).toMatchObject({ data: { a: '1' }, metadata: { labels: { a: 'b' } } })
    const readme = read('README.md')
    expect(readme).toContain('`kubectl create -f before/clusterrolebinding-ci-admin.yaml` makes ClusterRoleBinding ci-admin again')
    expect(readme).toContain('`kubectl replace -f before/configmap-shop-theirs.yaml` puts')
    expect(readme).toMatch(
      /Keep ConfigMap .*: `kubectl get ConfigMap secretive -n shop -o yaml \| sed .* > before-configmap-shop-secretive.yaml`/,
    )
    expect(readme).toContain('`kubectl replace -f before-configmap-shop-secretive.yaml` puts')
    expect(written.map((file) => readFileSync(file, 'utf8')).join()).not.toContain('hunter2')
  })

  it('has a README.md whose steps are blocks of their own, with one blank line between them', async () => {
    const steps = Array.from({ length: 10 }, (_, i) => ({
      title: { en: `Step ${i + 1}` },
      explain: { en: 'Why.' },
      commands: ['if true', 'then', '  date; fi'],
    }))
    const guide: Change = {
      kind: 'guide',
      title: { en: 'x' },
      files: [],
      steps,
      rollback: [{ title: { en: 'Back' }, commands: ['date'] }, { title: { en: 'No command' } }],
      proof: { kind: 'check', check: 'x' },
    }
    const dir = path.join(temporaryFolder(), 'out')
    await toFolder(await preview([guide]), dir, { templates })
    const readme = readFileSync(path.join(dir, 'README.md'), 'utf8')
    expect(readme).not.toMatch(/\n\n\n|\n\n$|[ ]\n/)
    expect(readme).toContain(
      '## Way back\n\n1. Back\n\n   ```sh\n   date\n   ```\n\n2. No command\n\n## Order\n\n1. Step 1\n\n   Why.\n\n   ```sh\n',
    )
    expect(readme).toContain('\n\n10. Step 10\n\n    Why.\n\n    ```sh\n    if true\n    then\n      date; fi\n    ```\n')
  })

  it('is never written over what is there', async () => {
    const dir = temporaryFolder()
    writeFileSync(path.join(dir, 'mine'), 'x')
    await expect(toFolder(await preview([]), dir)).rejects.toMatchObject({ code: 'input', message: expect.stringContaining('not empty') })
    await expect(writeFiles(dir, [{ path: 'mine', mode: 0o600, text: 'y' }])).rejects.toMatchObject({ code: 'input' })
    expect(readFileSync(path.join(dir, 'mine'), 'utf8')).toBe('x')
    symlinkSync(path.join(dir, 'elsewhere'), path.join(dir, 'link'))
    await expect(writeFiles(dir, [{ path: 'link', mode: 0o600, text: 'y' }])).rejects.toMatchObject({ code: 'input' })
    expect(existsSync(path.join(dir, 'elsewhere'))).toBe(false)
    await expect(toFolder(await preview([]), path.join(dir, 'mine'))).rejects.toMatchObject({ code: 'input' })
  })

  it('is not left by any path', async () => {
    const dir = temporaryFolder()
    for (const bad of ['../x', '/etc/x', 'a/../../x', '', 'a//b', '.'])
      await expect(writeFiles(path.join(dir, 'out'), [{ path: bad, mode: 0o600, text: 'y' }]), bad).rejects.toMatchObject({
        code: 'internal',
      })
  })
})

it('writes edits as strategic merge patches', () => {
  const container = ['spec', 'containers', { key: 'name', value: 'a' }] as const
  expect(
    patchOf({ apiVersion: 'v1', kind: 'Pod', name: 'x' }, [
      { op: 'set', path: [...container, 'image'], value: '2' },
      { op: 'remove', path: [...container, 'ports', { key: 'containerPort', value: '80' }] },
      { op: 'set', path: [...container, 'env', { key: 'name', value: 'A' }], value: { value: '1' } },
    ]),
  ).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x' },
    spec: { containers: [{ name: 'a', image: '2', ports: [{ containerPort: 80, $patch: 'delete' }], env: [{ name: 'A', value: '1' }] }] },
  })
})

describe('keys', () => {
  const secret = 'c2VjcmV0LXZhbHVlLXRoYXQtbm9ib2R5LXNlZXM='
  const file = path.join(temporaryFolder(), 'enc.yaml')
  writeFileSync(
    file,
    `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n  - resources: [secrets]\n    providers:\n      - aescbc:\n          keys:\n            - {name: key1, secret: ${secret}}\n      - identity: {}\n`,
  )
  const from = (more: object): KeySource => ({ from: 'encryption-config', id: 'old', file, provider: 'aescbc', keyName: 'key1', ...more })

  it('are the same for the same id, in every file of the plan, and taken from the file that was named', async () => {
    const content = (keys: { [hole: string]: KeySource }): GeneratedFile['content'] => ({
      kind: 'template',
      template: 't/encryption',
      values: {},
      keys,
    })
    const random: KeySource = { from: 'random', id: 'new', bytes: 32 }
    const files: GeneratedFile[] = [
      { path: '1/a.yaml', mode: 0o644, content: content({ key: random }) },
      { path: '2/a.yaml', mode: 0o600, content: content({ key: random }) },
      { path: 'b.yaml', mode: 0o600, content: content({ key: from({}) }) },
    ]
    const guide: Change = {
      kind: 'guide',
      title: { en: 'x' },
      files,
      steps: [{ title: { en: 'Copy' }, commands: ['cp a b'] }],
      rollback: [],
      proof: { kind: 'check', check: 'x' },
    }
    const dir = path.join(temporaryFolder(), 'out')
    const shown = await preview([guide])
    const written = await toFolder(shown, dir, { templates })
    const read = (name: string) => readFileSync(path.join(dir, name), 'utf8')
    expect(read('1/a.yaml')).toBe(read('2/a.yaml'))
    expect(read('b.yaml')).toContain(secret)
    expect(JSON.stringify([shown, written])).not.toContain(secret)
    expect(read('README.md')).toContain('   cp a b')
    expect(statSync(path.join(dir, '1/a.yaml')).mode & 0o777).toBe(0o600)
  })

  it.each<[string, object, RegExp]>([
    ['a missing file', { file: '/no/such/file' }, /cannot be read \(ENOENT\)/],
    ['another provider', { provider: 'secretbox' }, /no key key1 of secretbox/],
    ['another key', { keyName: 'key2' }, /no key key2 of aescbc/],
  ])('say what is wrong with %s, never what is in it', async (_, more, words) => {
    const error = await new KeyRing().load([from(more)]).catch((e: unknown) => e as Error & { hint: string })
    expect(error).toMatchObject({ code: 'input', message: expect.stringMatching(words) })
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack, (error as { hint: string }).hint])).not.toContain(
      secret,
    )
  })

  it('are not taken from a file of another kind, and its text is not quoted', async () => {
    const dir = temporaryFolder()
    mkdirSync(path.join(dir, 'x'))
    for (const text of ['kind: Secret\n', `a: [${secret}`, secret, `kind: EncryptionConfiguration\nresources: ${secret}\n`]) {
      const other = path.join(dir, 'x', 'y.yaml')
      writeFileSync(other, text)
      const error = await new KeyRing().load([from({ file: other })]).catch((e: unknown) => e as Error)
      expect(String((error as Error).message)).toMatch(/not an EncryptionConfiguration/)
      expect(String((error as Error).stack) + String((error as Error).cause)).not.toContain(secret)
    }
  })
})
