import type { NodeItem, Preview } from '#model/change.ts'
import type { JournalRun } from '#model/journal.ts'
import { NODE_API } from '#model/refs.ts'
import { AT, runOf } from './fakeData.ts'

const item: NodeItem = {
  kind: 'node',
  change: {
    kind: 'node',
    title: { en: 'Encrypt Secrets in etcd' },
    node: 'cp-1',
    image: 'busybox:1.36',
    plan: { component: 'kube-apiserver', folders: [], files: [], flags: [], mounts: [], settings: [], withinSeconds: 120 },
    proof: { kind: 'check', check: 'access/tokens' },
  },
  node: 'cp-1',
  component: 'kube-apiserver',
  image: 'busybox:1.36',
  action: 'change',
  folders: [{ path: '/etc/kubernetes/enc', mode: 0o700 }],
  files: [
    {
      path: '/etc/kubernetes/enc/config.yaml',
      mode: 0o600,
      masked: 'kind: EncryptionConfiguration\nsecret: ‹32 random bytes, made when the file is written›\n',
    },
  ],
  mounts: [{ name: 'enc', hostPath: '/etc/kubernetes/enc', mountPath: '/etc/kubernetes/enc', readOnly: true, type: 'Directory' }],
  flags: [
    { name: 'encryption-provider-config', after: '/etc/kubernetes/enc/config.yaml' },
    { name: 'profiling', before: 'true', after: 'false' },
    { name: 'insecure-port', before: '0' },
  ],
  settings: [],
  makesKeys: true,
  touches: [
    {
      level: 'warn',
      text: { en: 'A pod runs as root on {node} with the whole disk of the node mounted, for a minute or two.' },
      params: { node: 'cp-1\u001b[31m' },
    },
    { level: 'info', text: { en: 'Where it is not healthy within {seconds} s, the node goes back by itself.' }, params: { seconds: 120 } },
  ],
  warnings: ['another guard is at work'],
}

export function nodePreview(): Preview {
  return { wizard: 'encryption', cluster: { uid: 'u-1', name: 'prod' }, items: [item], impacts: [], reversible: true, ok: true }
}

/** What a guard says while it works. */
export const NOTES = ['the guard runs on cp-1', 'the API is away, 5 s; the guard goes back by itself at 120 s']

export function nodeRun(id: string, rolledBack: boolean): JournalRun {
  const node = { name: 'cp-1', component: 'kube-apiserver', run: `${id}-1`, image: 'busybox:1.36' } as const
  const state = rolledBack ? 'rolled-back' : 'applied'
  const detail = rolledBack ? 'it did not answer within 120 s.' : 'it runs with the new flags.'
  const run = runOf(id)
  return {
    ...run,
    entries: [
      {
        id: '1',
        wizard: 'encryption',
        ref: { apiVersion: NODE_API, kind: 'kube-apiserver', name: 'cp-1' },
        action: 'node',
        fieldManager: 'kubeharden:encryption',
        state: rolledBack ? 'failed' : 'done',
        fields: [{ path: ['flags', 'profiling'], before: 'true', after: 'false' }],
        node: { ...node, outcome: { run: node.run, node: 'cp-1', component: node.component, state, detail, seconds: 131 } },
        ...(rolledBack ? {} : { files: ['./kubeharden-encryption/1-cp-1/etc/kubernetes/enc/config.yaml'] }),
        ...(rolledBack ? { error: `It did not become healthy, so the node went back by itself after 131 s: ${detail}` } : {}),
      },
    ],
    verification: { at: AT, checks: [], objects: [], ok: true },
  }
}
