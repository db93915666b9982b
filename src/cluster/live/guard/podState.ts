import * as z from 'zod'
import { nodeOutcome } from '#model/journal.ts'
import type { NodeOutcome } from '#model/node.ts'
import { parseJson } from '../api-error.ts'
import { NO_BUNDLE } from './scripts.ts'

const waiting = z.looseObject({ reason: z.string().optional(), message: z.string().optional() })
const terminated = z.looseObject({ exitCode: z.number(), reason: z.string().optional(), message: z.string().optional() })
const pod = z.looseObject({
  metadata: z.looseObject({ name: z.string(), uid: z.string().optional() }),
  status: z
    .looseObject({
      phase: z.string().optional(),
      reason: z.string().optional(),
      message: z.string().optional(),
      containerStatuses: z
        .array(
          z.looseObject({
            state: z
              .looseObject({ waiting: waiting.optional(), running: z.looseObject({}).optional(), terminated: terminated.optional() })
              .optional(),
          }),
        )
        .nullish(),
    })
    .optional(),
})

/** How far a guard's pod is. */
export type PodState =
  | { readonly is: 'absent' }
  /** `stuck`: the kubelet cannot start it, for a reason that does not go away by waiting. */
  | { readonly is: 'waiting'; readonly name: string; readonly why: string; readonly stuck: boolean }
  | { readonly is: 'running'; readonly name: string }
  | {
      readonly is: 'ended'
      readonly name: string
      readonly outcome: NodeOutcome | undefined
      readonly nothingDone: boolean
      readonly why: string
    }

const STUCK =
  /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|CreateContainerConfigError|CreateContainerError|RunContainerError)$/

/** From the list of pods in the guard's namespace. */
export function podStateOf(list: unknown): PodState {
  const read = z.looseObject({ items: z.array(pod).nullish() }).safeParse(list)
  const found = read.success ? read.data.items?.[0] : undefined
  if (found === undefined) return { is: 'absent' }
  const { name } = found.metadata
  const { phase, reason, message, containerStatuses } = found.status ?? {}
  const state = containerStatuses?.[0]?.state
  if (state?.terminated !== undefined) return ended(name, state.terminated)
  if (phase === 'Failed' || phase === 'Succeeded')
    return {
      is: 'ended',
      name,
      outcome: undefined,
      nothingDone: state?.running === undefined && containerStatuses == null,
      why: words(reason ?? phase, message),
    }
  if (state?.running !== undefined) return { is: 'running', name }
  const why = state?.waiting?.reason ?? reason ?? phase ?? 'Pending'
  return { is: 'waiting', name, why: words(why, state?.waiting?.message ?? message), stuck: STUCK.test(why) }
}

function ended(name: string, { exitCode, reason, message }: z.infer<typeof terminated>): PodState {
  const outcome = outcomeOf(message ?? '')
  const why = exitCode === NO_BUNDLE ? 'it waited for its files in vain' : `${reason ?? 'it ended'}, exit code ${exitCode}`
  return { is: 'ended', name, outcome, nothingDone: exitCode === NO_BUNDLE, why }
}

/** The outcome that the node's script printed last. */
export function outcomeOf(text: string): NodeOutcome | undefined {
  const read = nodeOutcome.safeParse(parseJson(text.trim().split('\n').at(-1) ?? ''))
  return read.success ? read.data : undefined
}

function words(reason: string, message: string | undefined): string {
  return message === undefined || message === '' ? reason : `${reason}: ${message.slice(0, 300)}`
}
