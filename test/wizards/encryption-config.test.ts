import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Change } from '../../src/model/change.ts'
import { problemOf } from '../../src/model/questions.ts'
import { DISTRIBUTIONS, type State } from '../../src/model/state.ts'
import { filesOf, fileText, impactsOf, planOf, refusalOf, WIZARDS } from './run.ts'
import { EMPTY, SAMPLE, stateOf } from './state.ts'

const wizard = WIZARDS.encryptionConfig
type Guide = Extract<Change, { kind: 'guide' }>

/** Each configuration as `stage: provider[keys] …`, in the order of the providers. */
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

describe('files in their order', () => {
  it('first encryption with one API server', () => {
    expect(shapes(planOf(wizard, SAMPLE))).toEqual([
      '1-encrypt: secretbox[key1=KEY(new-key1)] identity[]',
      '2-drop-plain-text: secretbox[key1=KEY(new-key1)]',
      'back-to-plain-text: identity[] secretbox[key1=KEY(new-key1)]',
    ])
  })

  it('first encryption where several API servers run, or where it was not seen how many', () => {
    expect(shapes(planOf(wizard, EMPTY, { provider: 'aesgcm' }))[0]).toBe('1-learn-key: identity[] aesgcm[key1=KEY(new-key1)]')
  })

  it('rotation within a provider, and from one to another; the key is named after the day', () => {
    const [add, promote, drop] = shapes(planOf(wizard, SAMPLE, { ...ROTATION, provider: 'aescbc', keyName: '' }))
    const old = 'old=KEY(old-aescbc-old)'
    const fresh = 'key-2026-03-04=KEY(new-key-2026-03-04)'
    expect([add, promote, drop]).toEqual([
      `1-add-new-key: aescbc[${old},${fresh}]`,
      `2-promote-new-key: aescbc[${fresh},${old}]`,
      `3-drop-old-key: aescbc[${fresh}]`,
    ])
    expect(shapes(planOf(wizard, SAMPLE, { ...ROTATION, keyName: '' }))).toEqual([
      `1-add-new-key: aescbc[${old}] secretbox[${fresh}]`,
      `2-promote-new-key: secretbox[${fresh}] aescbc[${old}]`,
      `3-drop-old-key: secretbox[${fresh}]`,
    ])
  })

  it('a plugin: no key in any file of its own', () => {
    const kms = { provider: 'kms', kmsName: 'vault', kmsEndpoint: 'unix:///run/kms/socket.sock' }
    expect(shapes(planOf(wizard, SAMPLE, { ...kms, situation: 'new-cluster' }))).toEqual([
      '1-encrypt: kms[vault]',
      'back-to-plain-text: identity[] kms[vault]',
    ])
    expect(shapes(planOf(wizard, SAMPLE, { ...kms, ...ROTATION }))).toEqual([
      '1-add-new-key: aescbc[old=KEY(old-aescbc-old)] kms[vault]',
      '2-promote-new-key: kms[vault] aescbc[old=KEY(old-aescbc-old)]',
      '3-drop-old-key: kms[vault]',
    ])
  })
})

it('the steps put every file, in order, rewrite before the last one, and prove the provider', () => {
  const [guide] = planOf(wizard, SAMPLE, { resources: ['secrets', 'configmaps'] }) as [Guide]
  const lines = guide.steps.flatMap((s) => s.commands ?? [])
  const at = (words: string) => lines.findIndex((l) => l.includes(words))
  expect(at('1-encrypt/')).toBeGreaterThan(at('cp -a /etc/kubernetes/manifests'))
  expect(at('kubectl replace')).toBeGreaterThan(at('kubeadm init phase control-plane apiserver'))
  expect(at('2-drop-plain-text/')).toBeGreaterThan(at('get configmaps --all-namespaces'))
  expect(guide.rollback.flatMap((s) => s.commands ?? []).join('\n')).toContain('back-to-plain-text/encryption-config.yaml')
  expect(guide.proof).toEqual({ kind: 'encryption', prefix: 'k8s:enc:secretbox:v1:', resources: ['secrets', 'configmaps'] })
  for (const line of lines) expect(line).not.toMatch(/cp .* \/etc\/kubernetes\/manifests\/\S+\.bak/)
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
    currentFile: '/etc/kubernetes/enc/e.yaml',
    resources: ['secrets'],
    keyName: 'key-2026-03-04',
  })
  expect(impactsOf(wizard, state, { situation: 'first-encryption' }).join()).toContain('encrypted with aescbc already')
  expect(wizard.defaults(SAMPLE)).toMatchObject({ situation: 'first-encryption', keyName: 'key1' })
})

describe('refuses', () => {
  it.each([
    [{ situation: 'rotation', currentKeyName: 'old' }, 'the file with the key in use is needed'],
    [{ ...ROTATION, currentKeyName: '' }, 'what is the key in use called?'],
    [{ ...ROTATION, provider: 'aescbc', keyName: 'old' }, 'Choose another name'],
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
