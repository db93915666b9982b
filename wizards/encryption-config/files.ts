import type { GeneratedFile, KeySource } from '#model/change.ts'
import { type Order, PLAIN } from '#simulate/encryptionLife.ts'
import { input } from '../shared/cluster.ts'
import { given } from '../shared/names.ts'
import type { EncryptionAnswers } from './questions.ts'

/** A key in the file, the plugin that keeps one, or plain text. */
type Source = { readonly provider: string; readonly name: string; readonly secret: KeySource } | 'plugin' | 'plain-text'

/** Where the key of a provider comes from: made now, or read from a file that was kept. */
export type KeyOf = (id: string) => KeySource

/** `secretbox:key1` taken apart. */
export function partsOf(id: string): readonly [provider: string, name: string] {
  const colon = id.indexOf(':')
  return colon < 0 ? [id, ''] : [id.slice(0, colon), id.slice(colon + 1)]
}

/** The EncryptionConfiguration with these providers in this order: one or two of them. */
export function contentOf(order: Order, answers: EncryptionAnswers, keyOf: KeyOf): GeneratedFile['content'] {
  const sources = order.map((id): Source => {
    const [provider, name] = partsOf(id)
    if (id === PLAIN) return 'plain-text'
    return provider === 'kms' ? 'plugin' : { provider, name, secret: keyOf(id) }
  })
  const template = templateOf(sources)
  const values: Record<string, string | string[]> = { resources: [...answers.resources] }
  const keys: Record<string, KeySource> = {}
  for (const [i, source] of sources.entries()) {
    if (source === 'plain-text') continue
    if (source === 'plugin') {
      Object.assign(values, pluginOf(answers))
      continue
    }
    // The place of a key among what is not plain text: so the templates call their holes.
    const place = i === 1 && sources[0] !== 'plain-text' ? 'second' : 'first'
    values[`${place}Name`] = source.name
    keys[`${place}Secret`] = source.secret
    if (template !== 'two-keys' || place === 'first') values[`${place}Provider`] = source.provider
  }
  return {
    kind: 'template',
    template: `encryption-config/${template}`,
    values,
    ...(Object.keys(keys).length === 0 ? {} : { keys }),
  }
}

function templateOf([first = 'plain-text', second]: readonly Source[]): string {
  const word = (s: Source) => (s === 'plain-text' ? s : s === 'plugin' ? 'kms' : 'local')
  if (second === undefined) return `${word(first)}-only`
  const same = typeof first === 'object' && typeof second === 'object' && first.provider === second.provider
  return same ? 'two-keys' : `${word(first)}-then-${word(second)}`
}

/** The plugin's own entry; both are needed. */
export function pluginOf(answers: EncryptionAnswers) {
  const kmsName = given(answers.kmsName)
  const kmsEndpoint = given(answers.kmsEndpoint)
  if (kmsName === undefined) throw input('kmsName: the plugin needs a name.', 'Give any name without a colon.')
  if (kmsEndpoint === undefined) throw input('kmsEndpoint: where does the plugin listen?', 'Give its socket: unix:///run/kms/socket.sock')
  return { kmsName, kmsEndpoint, kmsTimeout: `${answers.kmsTimeoutSeconds}s` }
}
