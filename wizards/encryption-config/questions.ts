import * as z from 'zod'
import type { Conditions } from '#model/questions.ts'
import { orEmpty } from '../shared/names.ts'
import { nodeQuestions, nodeTexts, nodeWhen } from '../shared/node/questions.ts'

export const LOCAL = ['secretbox', 'aesgcm', 'aescbc'] as const
export type LocalProvider = (typeof LOCAL)[number]

/** Resources that the API server refuses in an EncryptionConfiguration, and what to write in their place. */
const REFUSED = new Map([
  ['events.k8s.io', 'write events'],
  ['events.events.k8s.io', 'write events'],
  ['apiserveripinfo', 'the API server refuses it'],
  ['serviceipallocations', 'the API server refuses it'],
  ['servicenodeportallocations', 'the API server refuses it'],
])

const resource = z.string().superRefine((value, context) => {
  const problem = problemOfResource(value)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: `${value === '' ? 'an empty text' : value}: ${problem}` })
})

function problemOfResource(value: string): string | undefined {
  if (value.includes('*')) return 'name each resource; a wildcard also covers what nobody rewrites or proves afterwards'
  const refused = REFUSED.get(value)
  if (refused !== undefined) return refused
  if (value.endsWith('.extensions')) return 'the group extensions is no longer stored; name the group that is'
  if (value !== value.toLowerCase()) return 'resources are written in lower case'
  if (!/^[a-z0-9]+(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(value))
    return 'not a resource: write the plural, with its group after a dot unless it is core (secrets, widgets.example.com)'
  return undefined
}

/** The name stands between colons in front of each stored value. */
const keyName = z.string().regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/, {
  error: 'use letters, digits, dashes, dots and underscores for the name of a key',
})

export const questions = z.strictObject({
  situation: z.enum(['first-encryption', 'rotation', 'decrypt', 'new-cluster']).default('first-encryption'),
  provider: z.enum([...LOCAL, 'kms']).default('secretbox'),
  resources: z
    .array(resource)
    .min(1, { error: 'name at least one resource' })
    .refine((list) => new Set(list).size === list.length, { error: 'a resource is named twice' })
    .default(['secrets']),
  keyName: orEmpty(keyName),
  currentFile: orEmpty(z.string().regex(/^[^\p{C}]+$/u, { error: 'not a path' })),
  currentProvider: z.enum(LOCAL).default('secretbox'),
  currentKeyName: orEmpty(keyName),
  kmsName: orEmpty(
    z
      .string()
      .regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/, { error: 'use letters, digits, dashes and dots; a colon is not allowed' }),
  ),
  kmsEndpoint: orEmpty(
    z
      .string()
      .regex(/^unix:\/\/\/[A-Za-z0-9/_.@-]+$/, { error: 'the plugin listens on a socket of the node: unix:///run/kms/socket.sock' }),
  ),
  kmsTimeoutSeconds: z.int().min(1, { error: 'at least 1 second' }).max(60, { error: 'at most 60 seconds' }).default(3),
  ...nodeQuestions,
})
export type EncryptionAnswers = z.output<typeof questions>

export const when: Conditions = {
  keyName: { provider: LOCAL },
  currentFile: { situation: ['rotation', 'decrypt'] },
  currentProvider: { situation: ['rotation', 'decrypt'] },
  currentKeyName: { situation: ['rotation', 'decrypt'] },
  kmsName: { provider: ['kms'] },
  kmsEndpoint: { provider: ['kms'] },
  kmsTimeoutSeconds: { provider: ['kms'] },
  ...nodeWhen,
}

export const texts = {
  situation: {
    label: { en: 'Situation' },
    help: {
      en: 'first-encryption: what is stored now is plain text. rotation: it is encrypted and gets a new key. decrypt: it is encrypted and becomes plain text again. new-cluster: nothing is stored yet, so plain text is never accepted.',
    },
  },
  provider: {
    label: { en: 'Provider' },
    help: {
      en: 'secretbox: the right choice for a key in a file. aesgcm: needs a new key before 200,000 writes. aescbc: weaker, does not notice tampering. kms: a plugin of yours keeps the key (version 2).',
    },
  },
  resources: {
    label: { en: 'What is encrypted' },
    help: { en: 'Plural names: secrets, configmaps, widgets.example.com. Each API object of these kinds is stored encrypted.' },
  },
  keyName: {
    label: { en: 'Name of the new key' },
    help: {
      en: 'Stands in front of each stored value, so that it can be told which key was used. Left empty: key1, or for a rotation a name with the date.',
    },
  },
  currentFile: {
    label: { en: 'Encryption configuration in use' },
    help: {
      en: 'Only for a key that was not made here: a file this program can read. The old key is copied from it, so that what it encrypted can still be read.',
    },
  },
  currentProvider: { label: { en: 'Provider in use' }, help: { en: 'The provider that writes now: the first one in the file in use.' } },
  currentKeyName: { label: { en: 'Name of the key in use' }, help: { en: 'The first key of that provider in the file in use.' } },
  kmsName: {
    label: { en: 'Name of the plugin' },
    help: { en: 'Any name without a colon; it must differ from the names of other plugins in the file.' },
  },
  kmsEndpoint: {
    label: { en: 'Socket of the plugin' },
    help: { en: 'Where it listens on each control-plane node, such as unix:///run/kms/socket.sock.' },
  },
  ...nodeTexts,
  kmsTimeoutSeconds: {
    label: { en: 'Seconds to wait for the plugin' },
    help: { en: 'After that the request fails. Longer hides a slow plugin, shorter makes a busy one look broken.' },
  },
} as const
