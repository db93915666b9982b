import type { Path, Step } from '../podSecurity/path.ts'
import type { Pod } from '../podSecurity/pod.ts'
import { CONTROLS } from '../podSecurity/registry.ts'
import type { Spot } from './spots.ts'

/** What a control of the Pod Security Standards finds in a pod, as spots; `minor` as of version.ts. */
export function byControl(id: string, minor: number): (pod: Pod) => readonly Spot[] {
  const control = CONTROLS.find((c) => c.id === id)
  if (control === undefined) throw new Error(`no control ${id}`)
  const variant = control.variants.findLast((v) => v.from <= minor)
  return (pod) => (variant?.find(pod)?.fields ?? []).map((path) => spotAt(pod, path))
}

function spotAt(pod: Pod, path: Path): Spot {
  const step = path.find((s): s is Exclude<Step, string> => typeof s !== 'string' && s.key === 'name')
  const inContainer = path[0] === 'spec' && /[cC]ontainers$/.test(String(path[1])) && step !== undefined
  const saw = wordsOf(valueAt(pod, path), path)
  return { ...(inContainer ? { container: step.value } : {}), path, saw }
}

/** What stands at a path of a pod; undefined where nothing does. */
function valueAt(pod: Pod, path: Path): unknown {
  const start: unknown = path[0] === 'metadata' ? { metadata: { annotations: pod.annotations } } : pod
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null) return undefined
    if (typeof step !== 'string') return (value as readonly unknown[])[step.index]
    return Object.hasOwn(value, step) ? (value as Readonly<Record<string, unknown>>)[step] : undefined
  }, start)
}

function wordsOf(value: unknown, path: Path): string {
  const name = path.findLast((step) => typeof step === 'string') ?? ''
  if (value === undefined) return `no ${name}`
  if (typeof value === 'object') return JSON.stringify(value)
  return typeof value === 'boolean' || typeof value === 'number' ? `${name}: ${value}` : String(value)
}
