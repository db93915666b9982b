import { createHash } from 'node:crypto'
import { type ObjectRef, refKey } from '#model/refs.ts'

/** What makes a finding the same one in two reports: its check, its object, and where in the object. */
export function findingKey(check: string, object: ObjectRef, path?: string): string {
  return JSON.stringify([check, refKey(object), path ?? ''])
}

/** The same as a short digest, for formats that carry one. */
export function fingerprint(check: string, object: ObjectRef, path?: string): string {
  return createHash('sha256')
    .update(findingKey(check, object, path))
    .digest('hex')
}
