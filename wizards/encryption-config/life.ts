import type { KeySource } from '#model/change.ts'
import { itemsOf, type State } from '#model/state.ts'
import { type LifeStep, nextStep, type Order, PLAIN } from '#simulate/encryptionLife.ts'
import { announced } from '#simulate/storage.ts'
import { input } from '../shared/cluster.ts'
import { given } from '../shared/names.ts'
import { type KeyOf, partsOf } from './files.ts'
import type { EncryptionAnswers } from './questions.ts'
import { datedKey, providerInUse } from './seen.ts'

/** Where a cluster stands. What the API servers announce decides; what is remembered only says what that is. */
export interface Stand {
  /** Providers of the file that all of them use; empty where they have none. */
  readonly order: Order
  /** Everything is stored as this file writes. */
  readonly proven: boolean
  /** Some do not use this file yet: it is put on all of them first. */
  readonly between: boolean
}

/** Where this leads to: `secretbox:key1`, `kms:plugin`, or plain text. */
export function goalOf(state: State, answers: EncryptionAnswers): string {
  if (answers.situation === 'decrypt') return PLAIN
  if (answers.provider === 'kms') return `kms:${given(answers.kmsName) ?? ''}`
  return `${answers.provider}:${newKeyName(state, answers)}`
}

export function newKeyName(state: State, answers: EncryptionAnswers): string {
  return given(answers.keyName) ?? (answers.situation === 'rotation' ? datedKey(state) : 'key1')
}

/** @throws HardenError `input` where it cannot be told what is in use, and going on could cost what is encrypted */
export function standOf(state: State, answers: EncryptionAnswers): Stand {
  const seen = announced(state)
  const files = state.remembered?.files ?? []
  const proven = state.remembered?.proof !== undefined && covers(state.remembered.proof.resources, answers.resources)
  if (seen.hash === undefined && seen.hashes.length > 0) {
    const newest = files.findLast((f) => seen.hashes.includes(f.hash))
    if (newest !== undefined) return { order: newest.order, proven: false, between: true }
    throw input(
      'The API servers do not all use the same encryption configuration, and none of them was written from here.',
      'Put the same file on every control-plane node first, or connect to an address that reaches all of them.',
    )
  }
  if (seen.hash === undefined) return unannounced(state, answers)
  const file = files.findLast((f) => f.hash === seen.hash)
  if (file !== undefined) return { order: file.order, proven, between: false }
  if (answers.situation === 'first-encryption' || answers.situation === 'new-cluster')
    throw input(
      'The API servers use an encryption configuration already, which was not written from here.',
      'Answer situation with rotation (or decrypt), and name the file in use with currentFile.',
    )
  // Of somebody else's file only the first provider is named: that nothing is stored with another one must be seen first.
  if (!proven)
    throw input(
      'The configuration in use was not written from here: whether something is still stored in plain text or with an older key is not known.',
      'Store everything again and prove it first: kubeharden encryption rewrite. Then come back.',
    )
  return { order: [currentOf(answers)], proven: false, between: false }
}

const covers = (proven: readonly string[], asked: readonly string[]) => asked.every((r) => proven.includes(r))

/** Nothing is announced: no configuration is in use, or it cannot be seen. */
function unannounced(state: State, answers: EncryptionAnswers): Stand {
  if (answers.situation === 'first-encryption' || answers.situation === 'new-cluster') {
    if (providerInUse(state) === undefined) return { order: [], proven: false, between: false }
  }
  throw input(
    'Which encryption configuration the API servers use cannot be seen.',
    itemsOf(state, 'encryption').length === 0
      ? 'Reading /metrics is needed for this: kubeharden permissions names the right.'
      : 'Nothing is announced there: where nothing is encrypted yet, answer situation with first-encryption.',
  )
}

function currentOf(answers: EncryptionAnswers): string {
  const name = given(answers.currentKeyName)
  if (name === undefined)
    throw input('currentKeyName: what is the key in use called?', 'It is the name of the first key of the first provider in that file.')
  return `${answers.currentProvider}:${name}`
}

/** The next step from there. @throws HardenError `input` where there is none, or one that is not made on nodes */
export function stepOf(
  stand: Stand,
  goal: string,
): Extract<LifeStep, { order: Order } | { do: 'flags-away' }> | { readonly do: 'again'; readonly order: Order } {
  if (stand.between) return { do: 'again', order: stand.order }
  const step = nextStep(stand.order, goal, stand.proven)
  switch (step.do) {
    case 'done':
      throw input(
        goal === PLAIN
          ? 'Nothing is encrypted, and no configuration is in use.'
          : `Everything is stored with ${goal}: nothing is left to do.`,
        goal === PLAIN ? 'Nothing is left to do.' : 'For a new key answer situation with rotation, and give it another name.',
      )
    case 'rewrite':
      throw input(
        'Before the next step everything must be stored again and proven; no key is taken away without it.',
        'kubeharden encryption rewrite does both, and goes on where it stopped. Save a snapshot of etcd then, and come back.',
      )
    case 'by-hand':
      throw input(
        `The configuration in use has ${stand.order.length} providers: ${stand.order.join(', ')}.`,
        'Bring it down to the one that writes by hand (rewrite first), then come back.',
      )
    default:
      return step
  }
}

/** Keys are made once, for a goal that no kept file knows; every later step reads them from the file that was kept. */
export function keysFor(state: State, answers: EncryptionAnswers, stand: Stand): KeyOf {
  const files = state.remembered?.files ?? []
  return (id) => {
    const [provider, name] = partsOf(id)
    const from = (file: string): KeySource => ({ from: 'encryption-config', id: `old-${provider}-${name}`, file, provider, keyName: name })
    if (!stand.order.includes(id)) return { from: 'random', id: `new-${name}`, bytes: 32 }
    const holding = files.filter((f) => f.order.includes(id))
    const file = holding.findLast((f) => f.now === 'same')
    if (file !== undefined) return from(file.path)
    const last = holding.at(-1)
    if (last !== undefined)
      throw input(
        `The key ${id} is in use, and the file that holds it was ${last.now === 'gone' ? 'removed or cannot be read' : 'changed since it was written'}: ${last.path}`,
        'Put it back as it was written (a control-plane node has it too). Without the key nothing can go on.',
      )
    const current = given(answers.currentFile)
    if (current !== undefined) return from(current)
    throw input(
      'currentFile: the file with the key in use is needed.',
      'Copy it from a control-plane node to this machine (mode 0600) and give its path.',
    )
  }
}
