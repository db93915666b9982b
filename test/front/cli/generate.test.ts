import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { cliBench } from './bench.ts'
import { DENY, files, folder } from './files.ts'

describe('generate', () => {
  it('prints YAML that reads back as the objects asked for', async () => {
    const { code, out, err } = await cliBench().run(['generate', ...DENY, '--direction', 'both'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const documents = parseAllDocuments(out)
    expect(documents.flatMap((d) => d.errors)).toEqual([])
    const objects = documents.map((d) => d.toJS() as { kind: string; metadata: { name: string; namespace: string } })
    expect(new Set(objects.map((o) => `${o.kind} ${o.metadata.namespace}`))).toEqual(new Set(['NetworkPolicy shop']))
    expect(objects.map((o) => o.metadata.name)).toEqual(expect.arrayContaining(['default-deny-ingress', 'default-deny-egress']))
  })

  it('--out: a kustomization that names every object file; a folder that holds something is left alone', async () => {
    const bench = cliBench()
    const out = folder()
    const ran = await bench.run(['generate', ...DENY, '--out', out])
    expect(ran).toMatchObject({ code: 0, out: '' })
    const { resources } = parse(readFileSync(join(out, 'kustomization.yaml'), 'utf8')) as { resources: string[] }
    expect(resources.length).toBeGreaterThan(0)
    for (const resource of resources) expect(parse(readFileSync(join(out, resource), 'utf8'))).toMatchObject({ kind: 'NetworkPolicy' })
    for (const file of files(out)) expect(ran.err).toContain(file.slice(out.length + 1))
    const before = files(out).map((f) => readFileSync(f, 'utf8'))
    const again = await bench.run(['generate', ...DENY, '--out', out])
    expect(again.code).toBe(2)
    expect(files(out).map((f) => readFileSync(f, 'utf8'))).toEqual(before)
  })

  it('keys are never printed: encryption-config wants --out, and there only its owner reads them', async () => {
    const bench = cliBench()
    const printed = await bench.run(['generate', 'encryption-config', '--practice'])
    expect(printed).toMatchObject({ code: 2, out: '' })
    expect(printed.err).toContain('keys are never printed')
    const out = folder()
    const written = await bench.run(['generate', 'encryption-config', '--practice', '--out', out])
    expect(written.code, written.err).toBe(0)
    const secrets = (file: string) =>
      [...readFileSync(file, 'utf8').matchAll(/secret: "?([A-Za-z0-9+/]{40,}={0,2})/g)].map((m) => m[1] ?? '')
    const withKeys = files(out).filter((f) => secrets(f).length > 0)
    expect(withKeys.length).toBeGreaterThan(0)
    for (const file of withKeys) expect(statSync(file).mode & 0o777).toBe(0o600)
    for (const key of withKeys.flatMap(secrets)) expect(written.out + written.err).not.toContain(key)
    // Two runs, two keys.
    const second = folder()
    await bench.run(['generate', 'encryption-config', '--practice', '--out', second])
    expect(files(second).flatMap(secrets)).not.toEqual(expect.arrayContaining(withKeys.flatMap(secrets)))
  })

  it('--way guard writes the folder of by-hand, with how to run it, and says so', async () => {
    const bench = cliBench()
    const [hand, guard] = [folder(), folder()]
    const common = ['generate', 'audit-policy', '--practice']
    expect(await bench.run([...common, '--out', hand])).toMatchObject({ code: 0 })
    const { code, err } = await bench.run([...common, '--way', 'guard', '--guard-image', 'registry.example/busybox:1', '--out', guard])
    expect(code, err).toBe(0)
    expect(err).toContain('to be run by hand on the nodes')
    const texts = (dir: string) => files(dir).map((f) => [f.slice(dir.length), readFileSync(f, 'utf8')])
    expect(texts(guard)).toEqual(texts(hand))
    expect(texts(guard).map(([name]) => name)).toContain('/cp-1/kube-apiserver/kubeharden-node.sh')
    expect(readFileSync(join(guard, 'README.md'), 'utf8')).toContain('kubeharden-node.sh --apply')
  })

  it('without any kubeconfig it generates without a cluster, and says so', async () => {
    const { code, out, err } = await cliBench().run(['generate', 'network-policies', '--in-namespaces', 'anything'])
    expect(code, err).toBe(0)
    expect(err).toContain('No kubeconfig')
    expect(out).toContain('namespace: anything')
  })

  it('flags win over the answers file, which wins over the cluster; standard input works', async () => {
    const file = folder('answers.yaml')
    writeFileSync(file, 'inNamespaces: [shop]\ndirection: egress\ndns: false\nallowApiServer: false\n')
    const names = (text: string) => parseAllDocuments(text).map((d) => (d.toJS() as { metadata: { name: string } }).metadata.name)
    const bench = cliBench()
    const fromFile = await bench.run(['generate', 'network-policies', '--practice', '--answers', file])
    expect(names(fromFile.out)).toEqual(['default-deny-egress'])
    const over = await bench.run(['generate', 'network-policies', '--practice', '--answers', file, '--direction', 'ingress'])
    expect(names(over.out)).toEqual(['default-deny-ingress'])
    const piped = await bench.run(['generate', 'network-policies', '--practice', '--answers', '-'], { stdin: readFileSync(file, 'utf8') })
    expect(piped.out).toBe(fromFile.out)
  })

  it.each([
    ['inNamespaces: [shop]\nmode: nothing\n', /answers\.yaml:2:7: mode: /],
    ['inNamespaces: [shop]\ncolour: red\n', /answers\.yaml:2:9: colour: unknown field; known are mode/],
    ['inNamespaces: [shop\n', /answers\.yaml:\d+:\d+: /],
    ['- a\n- b\n', /answers\.yaml:1:1: answers are a map/],
    ['inNamespaces: [Not_A_Name]\n', /answers\.yaml:1:\d+: inNamespaces/],
  ])('a wrong answers file is 2 with file, line and column: %j', async (text, words) => {
    const file = folder('answers.yaml')
    writeFileSync(file, text)
    const { code, out, err } = await cliBench().run(['generate', 'network-policies', '--practice', '--answers', file])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(words)
  })
})

describe('generate of what changes objects that are there', () => {
  it('keeps them as they are now, for the way back', async () => {
    const out = folder()
    const ran = await cliBench().run(['generate', 'rbac-replace-binding', '--binding', 'ci-deployer', '--practice', '--out', out])
    expect(ran.code, ran.err).toBe(0)
    const before = parse(readFileSync(join(out, 'before/clusterrolebinding-ci-deployer.yaml'), 'utf8'))
    expect(before).toMatchObject({ kind: 'ClusterRoleBinding', roleRef: { name: 'cluster-admin' } })
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain('kubectl create -f before/clusterrolebinding-ci-deployer.yaml')
  })
})
