import type { Json, KubeObject } from '#model/refs.ts'
import { isRecord } from './parse.ts'

/** A Secret as a row: name, namespace, type, number of keys, age. Its values are not read, not even to be dropped later. */
export function secretOf(object: KubeObject, now: Date): { [key: string]: Json | undefined } {
  const { name, namespace, creationTimestamp } = object.metadata
  const ageDays = typeof creationTimestamp === 'string' ? daysSince(creationTimestamp, now) : undefined
  const keys = new Set([...keysOf(object.data), ...keysOf(object.stringData)])
  return {
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    type: typeof object.type === 'string' ? object.type : 'Opaque',
    keys: keys.size,
    ...(ageDays === undefined ? {} : { ageDays }),
  }
}

function keysOf(data: Json | undefined): string[] {
  return isRecord(data) ? Object.keys(data) : []
}

function daysSince(timestamp: string, now: Date): number | undefined {
  const at = Date.parse(timestamp)
  return Number.isNaN(at) ? undefined : Math.max(0, Math.floor((now.getTime() - at) / 86_400_000))
}
