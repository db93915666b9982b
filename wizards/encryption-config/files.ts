import type { GeneratedFile, KeySource } from '#model/change.ts'
import { itemsOf, type State } from '#model/state.ts'
import { input, isControlPlane } from '../shared/cluster.ts'
import { given } from '../shared/names.ts'
import type { EncryptionAnswers } from './questions.ts'
import { datedKey } from './seen.ts'

/** A key in the file, or the plugin that keeps one. */
interface Source {
  readonly provider: EncryptionAnswers['provider']
  readonly key?: { readonly name: string; readonly secret: KeySource }
  readonly plugin?: { readonly [hole: string]: string }
}

export function newKeyName(state: State, answers: EncryptionAnswers): string {
  return given(answers.keyName) ?? (answers.situation === 'rotation' ? datedKey(state) : 'key1')
}

const FILE = 'encryption-config.yaml'

/** Order in which the files are put on the nodes; each is a folder of the output. */
export type Stage = 'learn-key' | 'encrypt' | 'drop-plain-text' | 'add-new-key' | 'promote-new-key' | 'drop-old-key'

export interface StagedFile {
  readonly stage: Stage
  readonly file: GeneratedFile
}

/** The EncryptionConfigurations of a situation, in order. @throws HardenError `input` where answers are missing or clash */
export function stagedFiles(state: State, answers: EncryptionAnswers): StagedFile[] {
  const fresh = newSource(state, answers)
  const { resources } = answers
  switch (answers.situation) {
    case 'new-cluster':
      return [stage(1, 'encrypt', resources, [fresh])]
    case 'first-encryption': {
      const learn = severalServers(state) ? [stage(1, 'learn-key', resources, ['plain-text', fresh])] : []
      return [
        ...learn,
        stage(learn.length + 1, 'encrypt', resources, [fresh, 'plain-text']),
        stage(learn.length + 2, 'drop-plain-text', resources, [fresh]),
      ]
    }
    case 'rotation': {
      const old = oldSource(state, answers)
      return [
        stage(1, 'add-new-key', resources, [old, fresh]),
        stage(2, 'promote-new-key', resources, [fresh, old]),
        stage(3, 'drop-old-key', resources, [fresh]),
      ]
    }
  }
}

/** The way back once something is encrypted: writes plain text again, still reads what the key wrote. */
export function decryptFile(state: State, answers: EncryptionAnswers): GeneratedFile {
  const { file } = stage(0, 'learn-key', answers.resources, ['plain-text', newSource(state, answers)])
  return { ...file, path: `back-to-plain-text/${FILE}` }
}

/** With several API servers one that does not know the key yet must never meet what another one encrypted. Not seen counts as several. */
export function severalServers(state: State): boolean {
  return itemsOf(state, 'nodes').filter((n) => isControlPlane(n.metadata.labels)).length !== 1
}

type Order = readonly [Source | 'plain-text', (Source | 'plain-text')?]

/** Which template holds these providers in this order. */
function templateOf([first, second]: Order): string {
  const word = (s: Source | 'plain-text') => (s === 'plain-text' ? s : s.provider === 'kms' ? 'kms' : 'local')
  if (second === undefined) return `${word(first)}-only`
  const same = first !== 'plain-text' && second !== 'plain-text' && first.provider === second.provider
  return same ? 'two-keys' : `${word(first)}-then-${word(second)}`
}

/** Holes are named by the key's place: `firstName`, `firstSecret`, `secondName` …; the plugin's are `kmsName` and so on. */
function stage(number: number, name: Stage, resources: readonly string[], order: Order): StagedFile {
  const template = templateOf(order)
  const values: Record<string, string | string[]> = { resources: [...resources] }
  const keys: Record<string, KeySource> = {}
  for (const source of order) {
    if (source === undefined || source === 'plain-text') continue
    const place = source === order[1] && order[0] !== 'plain-text' ? 'second' : 'first'
    Object.assign(values, source.plugin)
    if (source.key === undefined) continue
    values[`${place}Name`] = source.key.name
    keys[`${place}Secret`] = source.key.secret
    if (template !== 'two-keys' || place === 'first') values[`${place}Provider`] = source.provider
  }
  const content = {
    kind: 'template',
    template: `encryption-config/${template}`,
    values,
    ...(Object.keys(keys).length === 0 ? {} : { keys }),
  } as const
  return { stage: name, file: { path: `${number}-${name}/${FILE}`, mode: 0o600, content } }
}

function newSource(state: State, answers: EncryptionAnswers): Source {
  if (answers.provider === 'kms') {
    const kmsName = given(answers.kmsName)
    const kmsEndpoint = given(answers.kmsEndpoint)
    if (kmsName === undefined) throw input('kmsName: the plugin needs a name.', 'Give any name without a colon.')
    if (kmsEndpoint === undefined) throw input('kmsEndpoint: where does the plugin listen?', 'Give its socket: unix:///run/kms/socket.sock')
    return { provider: 'kms', plugin: { kmsName, kmsEndpoint, kmsTimeout: `${answers.kmsTimeoutSeconds}s` } }
  }
  const name = newKeyName(state, answers)
  return { provider: answers.provider, key: { name, secret: { from: 'random', id: `new-${name}`, bytes: 32 } } }
}

function oldSource(state: State, answers: EncryptionAnswers): Source {
  const file = given(answers.currentFile)
  const name = given(answers.currentKeyName)
  const provider = answers.currentProvider
  if (file === undefined)
    throw input(
      'currentFile: the file with the key in use is needed.',
      'Copy it from a control-plane node to this machine (mode 0600) and give its path.',
    )
  if (name === undefined)
    throw input('currentKeyName: what is the key in use called?', 'It is the name of the first key of the first provider in that file.')
  if (provider === answers.provider && name === newKeyName(state, answers))
    throw input(`keyName: the key in use is called ${name} already.`, 'Choose another name: two keys of one name cannot be told apart.')
  return { provider, key: { name, secret: { from: 'encryption-config', id: `old-${provider}-${name}`, file, provider, keyName: name } } }
}
