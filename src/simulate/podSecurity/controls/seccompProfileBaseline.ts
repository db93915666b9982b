import { type Control, found } from '../control.ts'
import { removal } from '../path.ts'
import type { Pod } from '../pod.ts'
import { isConfined } from './seccomp.ts'

const POD = 'seccomp.security.alpha.kubernetes.io/pod'
const CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'

/** Seccomp is not switched off: by annotation until v1.18, by field since. */
export const seccompProfileBaseline: Control = {
  id: 'seccompProfile_baseline',
  level: 'baseline',
  variants: [
    { from: 0, find: byAnnotation },
    { from: 19, find: byField },
  ],
}

function byAnnotation({ annotations, containers }: Pod) {
  const keys = new Set([POD, ...containers.map(({ container }) => `${CONTAINER}${container.name}`)])
  return found(
    'seccompProfile',
    [...keys]
      .filter((key) => Object.hasOwn(annotations, key) && !isAllowed(annotations[key] ?? ''))
      .map((key) => ({ field: ['metadata', 'annotations', key], cure: [removal(['metadata', 'annotations', key])] })),
  )
}

function isAllowed(value: string): boolean {
  return value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/')
}

function byField(pod: Pod) {
  return found(
    'seccompProfile',
    pod.contexts
      .filter(({ context: { seccompProfile } }) => seccompProfile !== undefined && !isConfined(seccompProfile.type))
      .map(({ at }) => ({ field: [...at, 'seccompProfile', 'type'], cure: [removal([...at, 'seccompProfile'])] })),
  )
}
