import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Change } from '../../src/model/change.ts'
import type { KeptFile } from '../../src/model/encryptionLife.ts'
import { problemOf } from '../../src/model/questions.ts'
import { DISTRIBUTIONS, itemsOf, type State } from '../../src/model/state.ts'
import { filesOf, fileText, impactsOf, planOf, refusalOf, WIZARDS } from './run.ts'
import { EMPTY, SAMPLE, stateOf } from './state.ts'

const wizard = WIZARDS.encryptionConfig
type Guide = Extract<Change, { kind: 'guide' }>

/** Each configuration that goes onto a node, as `node: provider[keys] …`, in the order of the providers. */
function shapes(changes: readonly Change[]): string[] {
  return filesOf(changes)
    .filter((f) => f.path.endsWith('encryption-config.yaml'))
    .map((f) => {
      expect(f.mode).toBe(0o600)
      type Entry = Record<string, { keys?: { name: string; secret: string }[]; name?: string } | null>
      const { resources } = parse(fileText(f)) as { resources: { providers: Entry[] }[] }
      const providers = resources.flatMap((r) => r.providers.flatMap((p) => Object.entries(p)))
      const words = providers.map(([name, p]) => `${name}[${p?.keys?.map((k) => `${k.name}=${k.secret}`).join(',') ?? p?.name ?? ''}]`)
      return `${f.path.split('/')[0]}: ${words.join(' ')}`
    })
}

const ROTATION = { situation: 'rotation', currentFile: '/root/enc.yaml', currentProvider: 'aescbc', currentKeyName: 'old' }
const HASH = `sha256:${'a'.repeat(64)}`

/** A cluster whose one API server announces a file that was kept here. */
function using(
  file: Partial<KeptFile> & { readonly order: string[] },
  more: { readonly proven?: boolean; readonly now?: 'same' | 'gone' | 'changed' } = {},
): State {
  const probe = { metadata: { name: 'cp-1' }, transformations: [], configHash: HASH }
  const kept = { path: '/kept/enc.yaml', hash: HASH, resources: ['secrets'], run: 'r', ...file, now: more.now ?? ('same' as const) }
  const proof = { hash: HASH, resources: ['secrets'], at: '2026-03-04T00:00:00Z', objects: 9, changed: 0 }
  return {
    ...SAMPLE,
    kinds: { ...SAMPLE.kinds, encryption: { items: [probe], gaps: [] } },
    remembered: { files: [kept], ...(more.proven === true ? { proof } : {}) },
  }
}

const KEY = (name: string) => `${name}=KEY(old-secretbox-${name})`
const [NODE = ''] = itemsOf(SAMPLE, 'nodes').map((n) => n.metadata.name)

describe('the next step, from what the API servers announce', () => {
  it('first encryption: known, then writing, then alone; the key is made once', () => {
    expect(shapes(planOf(wizard, SAMPLE))).toEqual([`${NODE}: identity[] secretbox[key1=KEY(new-key1)]`])
    const learned = using({ order: ['identity', 'secretbox:key1'], goal: 'secretbox:key1' })
    expect(shapes(planOf(wizard, learned))).toEqual([`${NODE}: secretbox[${KEY('key1')}] identity[]`])
    const promoted = { order: ['secretbox:key1', 'identity'], goal: 'secretbox:key1' }
    expect(refusalOf(wizard, using(promoted))).toContain('kubeharden encryption rewrite')
    expect(shapes(planOf(wizard, using(promoted, { proven: true })))).toEqual([`${NODE}: secretbox[${KEY('key1')}]`])
  })

  it('rotation, within a provider and from one to another; the key is named after the day', () => {
    const done = using({ order: ['secretbox:key1'], goal: 'secretbox:key1' })
    expect(shapes(planOf(wizard, done))).toEqual([`${NODE}: secretbox[${KEY('key1')},key-2026-03-04=KEY(new-key-2026-03-04)]`])
    expect(shapes(planOf(wizard, done, { provider: 'aesgcm', keyName: 'k' }))).toEqual([
      `${NODE}: secretbox[${KEY('key1')}] aesgcm[k=KEY(new-k)]`,
    ])
    const added = using({ order: ['secretbox:key1', 'secretbox:key2'], goal: 'secretbox:key2' })
    expect(shapes(planOf(wizard, added))).toEqual([`${NODE}: secretbox[${KEY('key2')},${KEY('key1')}]`])
    const promoted = { order: ['secretbox:key2', 'secretbox:key1'], goal: 'secretbox:key2' }
    expect(refusalOf(wizard, using(promoted))).toContain('no key is taken away without it')
    expect(shapes(planOf(wizard, using(promoted, { proven: true })))).toEqual([`${NODE}: secretbox[${KEY('key2')}]`])
  })

  it('back to plain text: known, then writing, then without configuration', () => {
    const done = using({ order: ['secretbox:key1'], goal: 'secretbox:key1' })
    expect(shapes(planOf(wizard, done, { situation: 'decrypt' }))).toEqual([`${NODE}: secretbox[${KEY('key1')}] identity[]`])
    const learned = using({ order: ['secretbox:key1', 'identity'], goal: 'identity' })
    expect(shapes(planOf(wizard, learned))).toEqual([`${NODE}: identity[] secretbox[${KEY('key1')}]`])
    const promoted = { order: ['identity', 'secretbox:key1'], goal: 'identity' }
    expect(refusalOf(wizard, using(promoted))).toContain('stored again and proven')
    const [away] = planOf(wizard, using(promoted, { proven: true }), { way: 'guard' })
    expect(away).toMatchObject({
      kind: 'node',
      plan: {
        files: [],
        flags: [{ name: 'encryption-provider-config' }, { name: 'encryption-provider-config-automatic-reload' }],
        unmounts: [{ name: 'encryption-config', hostPath: '/etc/kubernetes/enc', mountPath: '/etc/kubernetes/enc' }],
      },
    })
    expect(impactsOf(wizard, using(promoted, { proven: true })).join()).toContain('stays on each control-plane node on purpose')
  })

  it('a plugin: no key in any file, its socket is mounted, and its own key is not rotated here', () => {
    const kms = { provider: 'kms', kmsName: 'vault', kmsEndpoint: 'unix:///run/kms/socket.sock' }
    expect(shapes(planOf(wizard, SAMPLE, kms))).toEqual([`${NODE}: identity[] kms[vault]`])
    const [change] = planOf(wizard, SAMPLE, { ...kms, way: 'guard' })
    expect(change).toMatchObject({
      plan: { mounts: [{ name: 'encryption-config' }, { name: 'kms-plugin', hostPath: '/run/kms', type: 'Directory' }] },
    })
  })

  it('some API servers use the next file already: the same one on all of them first', () => {
    const state = using({ order: ['secretbox:key2', 'secretbox:key1'], goal: 'secretbox:key2' })
    const probes = itemsOf(state, 'encryption')
    const other = { ...(probes[0] as (typeof probes)[number]), metadata: { name: 'cp-2' }, configHash: `sha256:${'b'.repeat(64)}` }
    const between = { ...state, kinds: { ...state.kinds, encryption: { items: [...probes, other], gaps: [] } } }
    expect(shapes(planOf(wizard, between))).toEqual([`${NODE}: secretbox[${KEY('key2')},${KEY('key1')}]`])
  })

  it.each(['gone', 'changed'] as const)('the kept file is %s: refused, with its path', (now) => {
    const state = using({ order: ['secretbox:key1', 'identity'], goal: 'secretbox:key1' }, { proven: true, now })
    expect(refusalOf(wizard, state)).toContain('/kept/enc.yaml')
  })

  it('a configuration from elsewhere: only once nothing is stored with another provider than the first', () => {
    const foreign = { ...using({ order: [] }), remembered: { files: [] } }
    expect(refusalOf(wizard, foreign, ROTATION)).toContain('prove it first')
    expect(refusalOf(wizard, foreign)).toContain('was not written from here')
    const { remembered } = using({ order: [] }, { proven: true })
    const proven: State = { ...foreign, remembered: { files: [], ...(remembered?.proof === undefined ? {} : { proof: remembered.proof }) } }
    const fresh = 'key-2026-03-04=KEY(new-key-2026-03-04)'
    expect(shapes(planOf(wizard, proven, { ...ROTATION, provider: 'aescbc', keyName: '' }))).toEqual([
      `${NODE}: aescbc[old=KEY(old-aescbc-old),${fresh}]`,
    ])
  })

  it('a new cluster gets the key alone', () => {
    expect(shapes(planOf(wizard, EMPTY, { situation: 'new-cluster' }))).toEqual(['encryption-config.yaml: secretbox[key1=KEY(new-key1)]'])
  })
})

it('by hand: a script for each node, its plan names the file; what follows is said', () => {
  const [guide] = planOf(wizard, SAMPLE, { resources: ['secrets', 'configmaps'] }) as [Guide]
  const commands = guide.steps.flatMap((s) => s.commands ?? []).join('\n')
  expect(commands).toContain('kubeharden-node.sh --apply')
  expect(commands).toContain('kubeharden encryption status')
  expect(guide.rollback.flatMap((s) => s.commands ?? []).join()).toContain('--undo')
  expect(guide.proof).toEqual({
    kind: 'encryption',
    prefix: 'k8s:enc:secretbox:v1:',
    resources: ['secrets', 'configmaps'],
    goal: 'secretbox:key1',
  })
})

it('reads from the metrics and the static pod what is in use', () => {
  const state = stateOf(`
apiVersion: probe.kubeharden/v1
kind: EncryptionProbe
metadata: { name: cp-1 }
transformations:
  - { resource: secrets, direction: to_storage, prefix: 'k8s:enc:aescbc:v1:', status: OK, count: 4 }
  - { direction: to_storage, prefix: 'key7:', status: OK, count: 4 }
---
apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver-cp-1, namespace: kube-system, labels: { component: kube-apiserver } }
spec: { containers: [{ name: a, command: [kube-apiserver, --encryption-provider-config=/etc/kubernetes/enc/e.yaml] }] }
`)
  expect(wizard.defaults(state)).toMatchObject({
    situation: 'rotation',
    provider: 'secretbox',
    currentProvider: 'aescbc',
    currentKeyName: 'key7',
    resources: ['secrets'],
    keyName: 'key-2026-03-04',
  })
  expect(refusalOf(wizard, state, { situation: 'first-encryption' })).toContain('cannot be seen')
  expect(impactsOf(wizard, SAMPLE).join()).toContain('What the API servers use was not seen')
  expect(wizard.defaults(SAMPLE)).toMatchObject({ situation: 'first-encryption', keyName: 'key1' })
})

describe('refuses', () => {
  it.each([
    [ROTATION, 'cannot be seen'],
    [{ situation: 'decrypt' }, 'cannot be seen'],
    [{ provider: 'kms' }, 'the plugin needs a name'],
    [{ provider: 'kms', kmsName: 'vault' }, 'where does the plugin listen?'],
  ])('%o', (given, words) => {
    expect(refusalOf(wizard, SAMPLE, given)).toContain(words)
  })

  it.each(DISTRIBUTIONS.filter((d) => !['kubeadm', 'kind', 'unknown', 'microk8s'].includes(d)))(
    '%s, and names its own way',
    (distribution) => {
      const state: State = { ...SAMPLE, cluster: { ...SAMPLE.cluster, distribution } }
      expect(refusalOf(wizard, state)).toMatch(new RegExp(`on ${distribution}\\. \\| .{20}`))
    },
  )

  it.each([
    ['resources', ['*'], 'name each resource'],
    ['resources', ['*.apps'], 'name each resource'],
    ['resources', ['events.k8s.io'], 'write events'],
    ['resources', ['Secrets'], 'lower case'],
    ['resources', ['secrets', 'secrets'], 'named twice'],
    ['resources', [], 'at least one'],
    ['keyName', 'a:b', 'letters, digits'],
    ['kmsName', 'a:b', 'colon'],
    ['kmsEndpoint', 'tcp://x', 'unix:///'],
    ['kmsTimeoutSeconds', 0, 'at least 1 second'],
  ])('%s %o where it is given', (field, value, words) => {
    expect(problemOf(wizard.questions, field, value)).toContain(words)
  })
})
