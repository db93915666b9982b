import { isDeepStrictEqual } from 'node:util'
import type { Json } from '#model/refs.ts'

export interface Operation {
  readonly op: 'test' | 'replace' | 'add' | 'remove'
  readonly path: string
  readonly value?: Json
}

/** JSON Patch (RFC 6902): the operations that kubeharden sends. Throws Error with the API server's kind of message. */
export function patchJson(value: Json, operations: readonly Operation[]): Json {
  return operations.reduce<Json>((current, operation) => at(current, pointer(operation.path), operation), value)
}

function pointer(path: string): string[] {
  if (path === '') return []
  if (!path.startsWith('/')) throw new Error(`path ${path} does not begin with /`)
  return path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function at(value: Json, [step, ...rest]: readonly string[], operation: Operation): Json {
  if (step === undefined) return whole(value, operation)
  const missing = (): Error => new Error(`${operation.op} operation does not apply: doc is missing path: ${operation.path}: missing value`)
  if (Array.isArray(value)) return inList(value, step, rest, operation, missing)
  if (typeof value !== 'object' || value === null) throw missing()
  const entries = new Map(Object.entries(value))
  const child = entries.get(step)
  if (rest.length > 0) {
    if (child === undefined) throw missing()
    entries.set(step, at(child, rest, operation))
  } else if (operation.op === 'remove') {
    if (!entries.delete(step)) throw missing()
  } else if (operation.op === 'test') testValue(child, operation)
  // The API server's library lets `replace` set a field that is not there.
  else entries.set(step, operation.value ?? null)
  return Object.fromEntries(entries)
}

function inList(value: readonly Json[], step: string, rest: readonly string[], operation: Operation, missing: () => Error): Json {
  const index = step === '-' && rest.length === 0 && operation.op === 'add' ? value.length : /^(0|[1-9]\d*)$/.test(step) ? Number(step) : -1
  const child = value[index]
  if (rest.length > 0) {
    if (child === undefined) throw missing()
    return value.with(index, at(child, rest, operation))
  }
  if (operation.op === 'add') {
    if (index < 0 || index > value.length) throw missing()
    return value.toSpliced(index, 0, operation.value ?? null)
  }
  if (child === undefined) throw missing()
  if (operation.op === 'remove') return value.toSpliced(index, 1)
  if (operation.op === 'replace') return value.with(index, operation.value ?? null)
  testValue(child, operation)
  return value
}

function whole(value: Json, operation: Operation): Json {
  if (operation.op === 'remove') throw new Error('the whole object cannot be removed by a patch')
  if (operation.op !== 'test') return operation.value ?? null
  testValue(value, operation)
  return value
}

function testValue(value: Json | undefined, operation: Operation): void {
  if (!isDeepStrictEqual(value ?? null, operation.value ?? null)) throw new Error(`testing path ${operation.path} failed: test failed`)
}
