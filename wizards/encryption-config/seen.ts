import type { z } from 'zod'
import { itemsOf, type State } from '#model/state.ts'
import { LOCAL, type LocalProvider, type questions } from './questions.ts'

const ENCRYPTED = /^k8s:enc:([a-z]+):v\d+:(?:([^:]+):)?/

/** What the API servers say about how they write now. */
export interface Seen {
  readonly provider: string
  readonly keyName: string | undefined
  readonly resources: readonly string[]
}

/** The provider that writes now; undefined where it is plain text or could not be seen. */
export function providerInUse(state: State): Seen | undefined {
  const writes = itemsOf(state, 'encryption').flatMap((p) =>
    p.transformations.filter((t) => t.direction === 'to_storage' && t.count > 0 && t.status === 'OK'),
  )
  const encrypted = writes.filter((t) => ENCRYPTED.test(t.prefix))
  const match = ENCRYPTED.exec(encrypted[0]?.prefix ?? '')
  if (match === null) return undefined
  const inner = writes.find((t) => /^[^:]+:$/.test(t.prefix))?.prefix.slice(0, -1)
  const resources = [...new Set(encrypted.flatMap((t) => (t.resource === undefined ? [] : [t.resource])))].toSorted()
  return { provider: match[1] ?? '', keyName: match[2] ?? inner, resources }
}

/** `--encryption-provider-config` of the API server's static pod. */
export function configPath(state: State): string | undefined {
  return apiServerFlag(state, 'encryption-provider-config')
}

/** A flag of the API server's static pod. */
export function apiServerFlag(state: State, name: string): string | undefined {
  const start = `--${name}=`
  for (const pod of itemsOf(state, 'pods')) {
    if (pod.metadata.namespace !== 'kube-system' || pod.metadata.labels.component !== 'kube-apiserver') continue
    const words = pod.spec.containers.flatMap((c) => [...c.command, ...c.args])
    const found = words.find((w) => w.startsWith(start) && w.length > start.length)
    if (found !== undefined) return found.slice(start.length)
  }
  return undefined
}

export function isLocal(provider: string): provider is LocalProvider {
  return (LOCAL as readonly string[]).includes(provider)
}

/** A rotation where something encrypts already, else the first encryption. */
export function defaults(state: State): Partial<z.input<typeof questions>> {
  const seen = providerInUse(state)
  const path = configPath(state)
  const first: Partial<z.input<typeof questions>> = {
    provider: 'secretbox',
    resources: ['secrets'],
    kmsTimeoutSeconds: 3,
    currentProvider: 'secretbox',
  }
  if (seen === undefined) return { ...first, situation: 'first-encryption', keyName: 'key1', currentFile: path }
  return {
    ...first,
    situation: 'rotation',
    resources: seen.resources.length === 0 ? ['secrets'] : [...seen.resources],
    keyName: datedKey(state),
    currentFile: path,
    currentProvider: isLocal(seen.provider) ? seen.provider : 'secretbox',
    currentKeyName: seen.keyName,
  }
}

/** `key-2026-11-22`: from the day the state was read, so that a plan is the same each time. */
export function datedKey(state: State): string {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(state.takenAt)?.[0]
  return day === undefined ? 'key-new' : `key-${day}`
}
