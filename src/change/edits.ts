import { type Edit, type FieldChange, ORDER, type PathStep, pathLabel } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import { type Json, type KubeObject, refLabel, refOf } from '#model/refs.ts'
import { restoreValue } from './diff.ts'
import { isJsonMap, jsonEqual, own, withKey } from './json.ts'
import { inOrder, itemOf, keysOf, newItem, withItem } from './lists.ts'

type Update = (old: Json | undefined) => Json | undefined

/**
 * The object with fields set and removed. Maps on the way are made where they are missing; a list item on the way must
 * be there (HardenError `input`), as the last step it is added. Removing what is not there changes nothing.
 */
export function applyEdits(object: KubeObject, edits: readonly Edit[]): KubeObject {
  let value = object as unknown as Json
  for (const edit of edits) {
    if (edit.path.length === 0) throw new HardenError('internal', 'An edit without a path.', 'This is a defect in kubeharden: report it.')
    if (edit.op === 'remove' && getAt(value, edit.path) === undefined) continue
    const missing = (): never => {
      throw new HardenError(
        'input',
        `${refLabel(refOf(object))} has no ${pathLabel(edit.path)}.`,
        'It changed since it was read: refresh and open the wizard again.',
      )
    }
    value = updateAt(value, edit.path, () => (edit.op === 'set' ? edit.value : undefined), missing) as Json
  }
  return value as unknown as KubeObject
}

/** The value at a path, undefined where it is not there. */
export function getAt(value: Json | undefined, path: readonly PathStep[]): Json | undefined {
  let at = value
  for (const step of path) {
    if (typeof step === 'string') at = isJsonMap(at) ? own(at, step) : undefined
    else if (!Array.isArray(at)) return undefined
    else at = step.key === ORDER ? keysOf(at as Json[], step.value) : itemOf(at as Json[], step.key, step.value)
  }
  return at
}

function updateAt(value: Json | undefined, path: readonly PathStep[], update: Update, missing: () => never): Json | undefined {
  const [step, ...rest] = path
  if (step === undefined) return update(value)
  if (typeof step === 'string') {
    if (value !== undefined && value !== null && !isJsonMap(value)) return missing()
    const map = isJsonMap(value) ? value : {}
    return withKey(map, step, updateAt(own(map, step), rest, update, missing))
  }
  if (value !== undefined && value !== null && !Array.isArray(value)) return missing()
  const list = (value ?? []) as readonly Json[]
  if (step.key === ORDER) return inOrder(list, step.value, (update(keysOf(list, step.value)) ?? []) as string[])
  const item = itemOf(list, step.key, step.value)
  if (item === undefined && rest.length > 0) return missing()
  const next = updateAt(item, rest, update, missing)
  return withItem(list, step.key, step.value, isJsonMap(next) ? { ...newItem(step.key, step.value), ...next } : next)
}

/** The value with the place at a path set; unchanged where a list item on the way is not there. */
export function setAt(value: Json, path: readonly PathStep[], to: Json): Json {
  return tryUpdate(value, path, to) ?? value
}

/** Where putting back does not work, because somebody else changed the very field. */
export interface Clash {
  readonly path: readonly PathStep[]
}

/**
 * Puts the before-values of journaled changes onto a live object. What others changed elsewhere stays. Clashes are
 * returned, and then the object is not to be written.
 */
export function putBack(
  live: KubeObject,
  fields: readonly FieldChange[],
): { readonly object: KubeObject; readonly clashes: readonly Clash[] } {
  const clashes: Clash[] = []
  let value = live as unknown as Json
  for (const { path, before, after } of fields) {
    const last = path.at(-1)
    if (typeof last === 'object' && last.key === ORDER) {
      if (getAt(value, path) !== undefined) value = updateAt(value, path, () => before, never) as Json
      continue
    }
    const current = getAt(value, path)
    const restored = restoreValue(current, before, after, typeof last === 'string' ? last : undefined)
    if (restored.kind === 'clash') clashes.push({ path })
    else if (!jsonEqual(restored.value, current)) {
      const next = tryUpdate(value, path, restored.value)
      if (next === undefined) clashes.push({ path })
      else value = next
    }
  }
  return { object: value as unknown as KubeObject, clashes }
}

/** Undefined where a list item on the way is gone. */
function tryUpdate(value: Json, path: readonly PathStep[], to: Json | undefined): Json | undefined {
  try {
    return updateAt(value, path, () => to, never)
  } catch (error) {
    if (error instanceof Lost) return undefined
    throw error
  }
}

class Lost extends Error {}
function never(): never {
  throw new Lost()
}
