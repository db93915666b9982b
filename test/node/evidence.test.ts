import { glob, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { checks } from '../../src/checks/index.ts'
import { startNode, type TestNode } from '../cluster/node/node.ts'
import { cliBench } from '../front/cli/bench.ts'
import { Kubeharden } from './support/wizards.ts'

/** What our checks say of the files of a stock kubeadm node; everything else of CIS 1.1 and 4.1 passes. */
const STOCK: Readonly<Record<string, string>> = {
  'control-plane/file-cni-mode': 'fail',
  'control-plane/file-etcd-data-owner': 'fail',
  'nodes/file-kubelet-service-mode': 'fail',
  'nodes/file-kubelet-config-mode': 'fail',
  // kube-proxy runs in a pod: its kubeconfig is no file of the node.
  'nodes/file-proxy-kubeconfig-mode': 'not-applicable',
  'nodes/file-proxy-kubeconfig-owner': 'not-applicable',
}
const OF_FILES: readonly string[] = checks.filter(({ id }) => /^(control-plane|nodes)\/file-/.test(id)).map(({ id }) => id)

const MACHINE = `"machine-id": "${'0'.repeat(64)}"`

/** Most is tried in this process, with its memory as the state folder. */
const bench = cliBench()

let node: TestNode
let program: Kubeharden
let script: string
let text: string
let file: string

interface Report {
  readonly checks: readonly { readonly id: string; readonly status: string }[]
}

const statuses = (report: string) =>
  Object.fromEntries((JSON.parse(report) as Report).checks.filter(({ id }) => OF_FILES.includes(id)).map(({ id, status }) => [id, status]))
const here = (...words: readonly string[]) => bench.run([...words, '--kubeconfig', node.kubeconfig])
async function out(...words: readonly string[]): Promise<string> {
  const { code, out, err } = await here(...words)
  expect(code, err).toBe(0)
  return out
}
const ofFiles = async () => statuses(await out('audit', '-o', 'json', ...OF_FILES.flatMap((id) => ['--check', id])))
const all = (status: string) => Object.fromEntries(OF_FILES.map((id) => [id, status]))

/** A document like the node's, as an operator may hold it by mistake. */
async function changed(name: string, change: (text: string) => string): Promise<string> {
  const at = path.join(program.dir, `${name}.json`)
  await writeFile(at, change(text))
  return at
}

beforeAll(async () => {
  node = await startNode()
  program = await Kubeharden.on(node)
  script = await program.must(['evidence', 'script'])
  text = await node.must(['sh'], { input: script })
  file = await changed('node', (same) => same)
})

describe('the script on the node', () => {
  test.each([
    ['dash', ['dash']],
    ['busybox', ['busybox', 'sh']],
    ['a shell that lets nobody else read what it makes', ['sh', '-c', 'umask 077; exec sh']],
    ['a shell in another language', ['env', 'LC_ALL=de_DE.UTF-8', 'sh']],
  ])('says the same under %s', async (_, shell) => {
    const again = JSON.parse(await node.must(shell, { input: script })) as object
    expect({ ...again, takenAt: '' }).toEqual({ ...(JSON.parse(text) as object), takenAt: '' })
  })

  test('leaves nothing on the node, and shows nothing that is secret', async () => {
    const lines = 'cat /etc/kubernetes/*.conf /etc/kubernetes/pki/*.* /etc/kubernetes/pki/etcd/* /etc/kubernetes/manifests/*'
    const contents = (await node.must(['sh', '-c', lines])).split('\n').flatMap((line) => line.trim().split(/\s+/))
    // Whatever is long in these files is a key, a certificate, a flag or a hash: none of it is in the evidence.
    const long = contents.filter((word) => word.length >= 40 && !word.startsWith('/'))
    expect(long.length).toBeGreaterThan(100)
    for (const word of long) expect(text.includes(word)).toBe(false)
    expect(text).not.toMatch(/BEGIN|PRIVATE KEY|CERTIFICATE|token:/)
    const looking = 'touch /root/.before && sh > /dev/null && find /root /etc -newer /root/.before -type f; rm /root/.before'
    expect(await node.must(['sh', '-c', looking], { input: script })).toBe('')
  })

  test('as anybody else it says what it could not read, and passes nothing', async () => {
    const theirs = await node.must(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'sh'], { input: script })
    expect(JSON.parse(theirs)).toMatchObject({ asRoot: false })
    const at = await changed('theirs', () => theirs)
    await out('evidence', 'import', at)
    expect(Object.values(await ofFiles())).not.toContain('pass')
    await out('evidence', 'remove', node.name)
  })
})

describe('what was taken on the node', () => {
  test('lets the audit decide all that the node has, and is kept for its owner alone', async () => {
    expect(OF_FILES).toHaveLength(31)
    await program.must(['evidence', 'import', file])
    expect(statuses(await program.must(['audit', '-o', 'json']))).toEqual({ ...all('pass'), ...STOCK })
    const kept = await Array.fromAsync(glob('state/kubeharden/**/evidence.json', { cwd: program.dir }))
    expect(kept).toHaveLength(1)
    for (const one of kept) expect((await stat(path.join(program.dir, one))).mode & 0o777).toBe(0o600)
  })

  test('is listed with its date; taken away, all is unknown again', async () => {
    expect(await ofFiles()).toEqual(all('unknown'))
    await out('evidence', 'import', file)
    expect(await ofFiles()).toEqual({ ...all('pass'), ...STOCK })
    const { takenAt } = JSON.parse(text) as { takenAt: string }
    expect(await out('evidence', 'list')).toBe(`${node.name}  ${takenAt}  0 days old\n`)
    await out('evidence', 'remove', node.name)
    expect(await out('evidence', 'list')).toBe(`${node.name}  none\n`)
    expect(await ofFiles()).toEqual(all('unknown'))
    expect((await here('evidence', 'remove', node.name)).err).toContain('kubeharden evidence list shows what there is.')
  })

  test.each([
    ['cut off', (t: string) => t.slice(0, t.length / 2), 'may have been cut off. Take it again on the node'],
    ['that is empty', () => '', 'Take it again on the node'],
    ['of another machine of this name', (t: string) => t.replace(/"machine-id": "[0-9a-f]+"/, MACHINE), 'was taken on another machine'],
    ['of another node', (t: string) => t.replace('"metadata": {"name": "', '"metadata": {"name": "x-'), 'the cluster shows no node x-'],
  ])('a document %s is refused with what to do', async (name, change, said) => {
    const { code, err } = await here('evidence', 'import', await changed(name.replaceAll(' ', '-'), change))
    expect(code).toBe(2)
    expect(err.replaceAll('\n', ' ')).toContain(said)
    expect(await out('evidence', 'list')).toBe(`${node.name}  none\n`)
  })

  test('from long ago it decides nothing, and a newer one takes its place', async () => {
    const old = await changed('old', (t) => t.replace(/"takenAt": "[^"]*"/, '"takenAt": "2026-01-01T00:00:00Z"'))
    await out('evidence', 'import', old)
    expect(await out('evidence', 'list')).toContain('too old to decide anything')
    expect(await ofFiles()).toEqual(all('unknown'))
    await out('evidence', 'import', file)
    expect((await here('evidence', 'import', old)).err).toContain('newer evidence is there')
    expect(await ofFiles()).toEqual({ ...all('pass'), ...STOCK })
  })
})
