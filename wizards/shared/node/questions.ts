import * as z from 'zod'
import type { Conditions } from '#model/questions.ts'
import { itemsOf, type State } from '#model/state.ts'
import { controlPlaneNodes, input } from '../cluster.ts'
import { objectName } from '../names.ts'

/** Who makes a change on nodes, and on which; asked by every wizard that changes nodes. */
export const nodeQuestions = {
  way: z.enum(['by-hand', 'guard']).default('by-hand'),
  guardImage: z
    .string()
    .regex(/^[a-z0-9]([a-zA-Z0-9._:/@-]*[a-zA-Z0-9])?$/, { error: 'not an image: write registry/name:tag' })
    .default('docker.io/library/busybox:1.37'),
  nodes: z
    .array(objectName)
    .refine((list) => new Set(list).size === list.length, { error: 'a node is named twice' })
    .optional(),
}

export interface NodeAnswers {
  readonly way: 'by-hand' | 'guard'
  readonly guardImage: string
  readonly nodes?: readonly string[] | undefined
}

export const nodeWhen: Conditions = { guardImage: { way: ['guard'] } }

export const nodeTexts = {
  way: {
    label: { en: 'Who changes the nodes' },
    help: {
      en: 'by-hand: a folder with a script for each node, which you run there as root. guard: a pod on the node does it from here, watches, and goes back by itself.',
    },
  },
  guardImage: {
    label: { en: 'Image of the guard' },
    help: { en: 'Any with /bin/sh, tar and chroot, such as busybox; the node must be able to pull it or have it.' },
  },
  nodes: {
    label: { en: 'Nodes' },
    help: { en: 'One after the other, in this order. Left empty: all that were seen and that it is for.' },
  },
} as const

/** Every node by name, the control plane last: there the most is lost. */
export function allNodes(state: State): string[] {
  const control = new Set(controlPlaneNodes(state))
  const others = itemsOf(state, 'nodes').flatMap((n) => (control.has(n.metadata.name) ? [] : [n.metadata.name]))
  return [...others.toSorted(), ...control]
}

/** The nodes of these answers. @throws HardenError `input` where none is known, or one is not there */
export function nodesOf(state: State, answers: NodeAnswers, candidates: readonly string[]): readonly string[] {
  const named = answers.nodes ?? []
  if (named.length === 0) {
    if (candidates.length > 0) return candidates
    throw input('nodes: no node was seen.', 'Name the nodes, as kubectl get nodes would.')
  }
  const strange = itemsOf(state, 'nodes').length === 0 ? [] : named.filter((n) => !candidates.includes(n))
  if (strange.length > 0)
    throw input(
      `nodes: ${strange.join(', ')} is not a node that this is for.`,
      `It is for: ${candidates.join(', ') || 'none that was seen'}.`,
    )
  return named
}
