import type { Edit, PathStep } from '#model/change.ts'
import type { Json } from '#model/refs.ts'

/** A step to a field: a key, or an item of a list by its place and by the key that tells it apart. */
export type Step = string | { readonly index: number; readonly key: string; readonly value: string }
export type Path = readonly Step[]

/** One field to set or remove, its path from the pod (or its template). */
export type PodEdit = { readonly op: 'set'; readonly path: Path; readonly value: Json } | { readonly op: 'remove'; readonly path: Path }

/** `spec.containers[0].ports[1].hostPort`, `metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]`: as the API server names fields. */
export function fieldLabel(path: Path): string {
  return path
    .map((step, i) => {
      if (typeof step !== 'string') return `[${step.index}]`
      if (!/^\w+$/.test(step)) return `[${step}]`
      return i === 0 ? step : `.${step}`
    })
    .join('')
}

/** The edit of the object in which the pod stands at `at`. */
export function editOf(edit: PodEdit, at: Path): Edit {
  const path = [...at, ...edit.path].map((step): PathStep => (typeof step === 'string' ? step : { key: step.key, value: step.value }))
  return edit.op === 'set' ? { op: 'set', path, value: edit.value } : { op: 'remove', path }
}

export function removal(path: Path): PodEdit {
  return { op: 'remove', path }
}

export function setting(path: Path, value: Json): PodEdit {
  return { op: 'set', path, value }
}
