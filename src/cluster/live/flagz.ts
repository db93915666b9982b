import * as z from 'zod'
import { ApiError, NoAnswer } from './api-error.ts'
import type { Rest } from './rest.ts'

/** Structured answers only: the text form is for people and has no stable shape. */
const FLAGZ = ['v1beta1', 'v1alpha1'].map((version) => `application/json;v=${version};g=config.k8s.io;as=Flagz`).join(',')

const flagz = z.object({ kind: z.literal('Flagz'), flags: z.record(z.string(), z.string()) })

export type Flagz =
  | { readonly state: 'served'; readonly flags: Readonly<Record<string, string>> }
  | { readonly state: 'refused' | 'not-served' }

/**
 * The flags of a component (KEP-4828, on by default since 1.36). Whatever is no such answer is "not served": it is a help where
 * it is there, and never missed. An abort is thrown on.
 */
export async function readFlagz(rest: Rest, path: string, options: { signal?: AbortSignal; timeoutMs?: number }): Promise<Flagz> {
  try {
    const { data } = await rest.call('GET', path, { ...options, accept: FLAGZ, retries: 0 })
    const parsed = flagz.safeParse(data)
    return parsed.success ? { state: 'served', flags: parsed.data.flags } : { state: 'not-served' }
  } catch (error) {
    if (error instanceof ApiError) return { state: error.code === 403 ? 'refused' : 'not-served' }
    if (error instanceof NoAnswer && error.kind !== 'aborted') return { state: 'not-served' }
    throw error
  }
}
