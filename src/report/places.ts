import { relative, resolve, sep } from 'node:path'
import { type KubeObject, type ObjectRef, refKey, refOf } from '#model/refs.ts'

/** Where an object stands in the manifests that were audited. */
export interface Place {
  /** Relative to the folder of the call where it lies below it, absolute elsewhere. */
  readonly file: string
  readonly line: number
}

/** Places of objects by their key; empty where nothing was read from files. */
export type Places = ReadonlyMap<string, Place>

export const NO_PLACES: Places = new Map()

/** Files and lines (`shop.yaml:12`) of objects. Of an object that stands twice, the last place counts, as in the state. */
export function placesOf(located: readonly { readonly object: KubeObject; readonly at: string }[], folder: string): Places {
  const places = new Map<string, Place>()
  for (const { object, at } of located) {
    const colon = at.lastIndexOf(':')
    const line = Number(at.slice(colon + 1))
    const full = resolve(folder, at.slice(0, colon))
    const below = relative(folder, full)
    const outside = below === '..' || below.startsWith(`..${sep}`) || below === resolve(below)
    places.set(refKey(refOf(object)), { file: (outside ? full : below).replaceAll(sep, '/'), line: line >= 1 ? line : 1 })
  }
  return places
}

/** An object that names no namespace is in `default`. */
export function placeOf(places: Places, ref: ObjectRef): Place | undefined {
  const found = places.get(refKey(ref))
  if (found !== undefined || ref.namespace !== 'default') return found
  return places.get(refKey({ apiVersion: ref.apiVersion, kind: ref.kind, name: ref.name }))
}
