import type { Impact } from '#model/change.ts'
import { POD_SECURITY_LEVELS, type PodSecurityLevel } from '#model/podSecurity.ts'
import { refKey, refLabel } from '#model/refs.ts'
import { itemsOf, type State } from '#model/state.ts'
import { parsePolicyVersion } from '#simulate/podSecurity/version.ts'
import { POD_SECURITY_KINDS, podSecurityOf } from '../podSecurity.ts'
import { type Aspect, firstOf } from './aspect.ts'

const LABEL = 'pod-security.kubernetes.io/enforce'

/** Pods and templates that a level refuses which a namespace is to enforce from now on. */
export const podSecurity: Aspect = {
  touches: ['namespaces'],
  reads: POD_SECURITY_KINDS,
  tell: ({ before, after }) =>
    itemsOf(after, 'namespaces').flatMap(({ metadata: { name, labels } }) => {
      const level = POD_SECURITY_LEVELS.find((l) => l === labels[LABEL])
      const now = labelsOf(before, name)
      const same = now[LABEL] === level && now[`${LABEL}-version`] === labels[`${LABEL}-version`]
      return level === undefined || same ? [] : refused(after, name, level, labels[`${LABEL}-version`])
    }),
}

function labelsOf(state: State, name: string): Readonly<Record<string, string>> {
  return itemsOf(state, 'namespaces').find((n) => n.metadata.name === name)?.metadata.labels ?? {}
}

function refused(state: State, namespace: string, level: PodSecurityLevel, version = 'latest'): readonly Impact[] {
  const policyVersion = parsePolicyVersion(version) ?? 'latest'
  const { violations } = podSecurityOf(state, { level, policyVersion, namespace }).preview
  const byOwner = Map.groupBy(violations, (v) => refKey(v.owner ?? v.object))
  const lines = [...byOwner.values()].map((own): Impact => {
    const [first] = own
    const reasons = [...new Set(own.map((v) => v.reason))].join(', ')
    const object = first === undefined ? '' : refLabel(first.owner ?? first.object)
    return {
      level: 'danger',
      text: { en: '{object}: its pods go on, but no new one is admitted under {level}: {reasons}.' },
      params: { object, level, reasons },
    }
  })
  return firstOf(lines, `preview pod-security --level ${level} -n ${namespace}`)
}
