import * as z from 'zod'

const common = { snapshot: z.string().max(300) }
/** What a restore drill found, as its pod says it in its termination message. */
export const drillVerdict = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    ...common,
    keys: z.int().nonnegative(),
    liveKeys: z.int().nonnegative(),
    revision: z.int().nonnegative(),
    liveRevision: z.int().nonnegative(),
    /** `namespace/name` of the Secret that was decrypted. */
    secret: z.string().max(600),
  }),
  z.object({ ok: z.literal(false), ...common, reason: z.string().max(600) }),
])
export type DrillVerdict = z.infer<typeof drillVerdict>

const LOOK = 'look'

export const containerStatus = z.object({
  name: z.string(),
  state: z
    .object({ terminated: z.object({ message: z.string().optional() }).nullish() })
    .nullish()
    .transform((v) => v ?? {}),
})

/**
 * The verdict of a drill's pod; undefined for every other. Only a drill's own words are kept: termination messages of strangers may be
 * the end of a log, and hold anything.
 */
export function verdictOf(statuses: readonly z.infer<typeof containerStatus>[]): DrillVerdict | undefined {
  const message = statuses.find(({ name }) => name === LOOK)?.state.terminated?.message
  if (message === undefined || message.length > 4096) return undefined
  try {
    return drillVerdict.safeParse(JSON.parse(message)).data
  } catch {
    return undefined
  }
}
