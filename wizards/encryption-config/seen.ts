import type { z } from 'zod'
import { itemsOf, type State } from '#model/state.ts'
import { PLAIN } from '#simulate/encryptionLife.ts'
import { announced } from '#simulate/storage.ts'
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

/**
 * What was begun goes on: the goal of the kept file that is in use. Else a rotation where something encrypts already, else the
 * first encryption.
 */
export function defaults(state: State): Partial<z.input<typeof questions>> {
  const base: Partial<z.input<typeof questions>> = {
    provider: 'secretbox',
    resources: ['secrets'],
    kmsTimeoutSeconds: 3,
    currentProvider: 'secretbox',
    way: 'by-hand',
  }
  const begun = begunHere(state)
  if (begun !== undefined) return { ...base, ...begun }
  const seen = providerInUse(state)
  if (seen === undefined) return { ...base, situation: 'first-encryption', keyName: 'key1' }
  return {
    ...base,
    situation: 'rotation',
    resources: seen.resources.length === 0 ? ['secrets'] : [...seen.resources],
    keyName: datedKey(state),
    currentProvider: isLocal(seen.provider) ? seen.provider : 'secretbox',
    currentKeyName: seen.keyName,
  }
}

/** From the newest kept file that any API server announces. */
function begunHere(state: State): Partial<z.input<typeof questions>> | undefined {
  const { hashes } = announced(state)
  const file = state.remembered?.files.findLast((f) => hashes.includes(f.hash))
  const goal = file?.goal
  if (file === undefined || goal === undefined) return undefined
  const resources = { resources: [...file.resources] }
  // A change that came to its end: the next one is a new key.
  if (file.order.length === 1 && file.order[0] === goal) {
    const [provider = '', name = ''] = goal.split(':')
    const fresh = datedKey(state)
    const keyName = file.order.includes(`${provider}:${fresh}`) ? `${fresh}-2` : fresh
    return {
      ...resources,
      situation: 'rotation',
      keyName,
      currentKeyName: name,
      ...(isLocal(provider) ? { provider, currentProvider: provider } : {}),
    }
  }
  if (goal === PLAIN) return { ...resources, situation: 'decrypt', ...pluginIn(file.order) }
  const colon = goal.indexOf(':')
  const [provider, name] = [goal.slice(0, colon), goal.slice(colon + 1)]
  const situation = file.order.includes(PLAIN) ? ('first-encryption' as const) : ('rotation' as const)
  if (provider === 'kms') return { ...resources, situation, provider: 'kms', kmsName: name }
  return { ...resources, situation, keyName: name, ...(isLocal(provider) ? { provider } : {}) }
}

function pluginIn(order: readonly string[]): Partial<z.input<typeof questions>> {
  const plugin = order.find((id) => id.startsWith('kms:'))
  return plugin === undefined ? {} : { provider: 'kms', kmsName: plugin.slice('kms:'.length) }
}

/** `key-2026-11-22`: from the day the state was read, so that a plan is the same each time. */
export function datedKey(state: State): string {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(state.takenAt)?.[0]
  return day === undefined ? 'key-new' : `key-${day}`
}
