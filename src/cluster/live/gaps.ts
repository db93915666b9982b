import { HardenError } from '#model/errors.ts'
import { KINDS, type Kind, rightToRead } from '#model/kinds.ts'
import type { Gap, Right } from '#model/right.ts'
import { ApiError, NoAnswer } from './api-error.ts'

/** A failed read as a gap: why, and for a 403 the exact right that is missing. An abort is thrown on. */
export function gapFor(kind: Kind, error: unknown, namespace?: string, needs: Right | undefined = rightToRead(kind, namespace)): Gap {
  const where = { kind, ...(namespace === undefined ? {} : { namespace }) }
  if (error instanceof ApiError) {
    if (error.code === 403) return { ...where, reason: 'forbidden', detail: error.message, ...(needs === undefined ? {} : { needs }) }
    if (error.code === 401) return { ...where, reason: 'unauthorized', detail: 'The credentials are no longer accepted (401).' }
    if (error.code === 404)
      return { ...where, reason: 'not-visible', detail: `This API server does not serve ${KINDS[kind].apiVersion} ${KINDS[kind].kind}.` }
    if (error.code === 504) return { ...where, reason: 'timeout', detail: error.message }
    return { ...where, reason: 'unreachable', detail: `The API server answered ${error.code}: ${error.message}` }
  }
  if (error instanceof NoAnswer) {
    if (error.kind === 'aborted') throw interrupted(error)
    const reason = error.kind === 'timeout' ? 'timeout' : error.kind === 'not-kubernetes' ? 'malformed' : 'unreachable'
    return { ...where, reason, detail: error.message }
  }
  if (error instanceof Malformed) return { ...where, reason: 'malformed', detail: error.message }
  if (error instanceof HardenError && error.code === 'credentials') return { ...where, reason: 'unauthorized', detail: error.message }
  throw error
}

/** An answer that is not what was asked for. Its content is never quoted. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
}

export function interrupted(cause?: unknown): HardenError {
  return new HardenError('interrupted', 'Interrupted while reading the cluster.', 'Nothing was changed. Run it again when you are ready.', {
    cause,
  })
}
