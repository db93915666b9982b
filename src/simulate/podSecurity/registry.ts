import type { Control, Variant } from './control.ts'
import { allowPrivilegeEscalation } from './controls/allowPrivilegeEscalation.ts'
import { appArmorProfile } from './controls/appArmorProfile.ts'
import { capabilitiesBaseline } from './controls/capabilitiesBaseline.ts'
import { capabilitiesRestricted } from './controls/capabilitiesRestricted.ts'
import { hostNamespaces } from './controls/hostNamespaces.ts'
import { hostPathVolumes } from './controls/hostPathVolumes.ts'
import { hostPorts } from './controls/hostPorts.ts'
import { hostProbesAndHostLifecycle } from './controls/hostProbesAndHostLifecycle.ts'
import { privileged } from './controls/privileged.ts'
import { procMount, procMountRestricted } from './controls/procMount.ts'
import { restrictedVolumes } from './controls/restrictedVolumes.ts'
import { runAsNonRoot } from './controls/runAsNonRoot.ts'
import { runAsUser } from './controls/runAsUser.ts'
import { seccompProfileBaseline } from './controls/seccompProfileBaseline.ts'
import { seccompProfileRestricted } from './controls/seccompProfileRestricted.ts'
import { seLinuxOptions } from './controls/seLinuxOptions.ts'
import { sysctls } from './controls/sysctls.ts'
import { windowsHostProcess } from './controls/windowsHostProcess.ts'

/** A control as it is at one version. */
export interface Rule {
  readonly id: string
  readonly variant: Variant
}

type Level = Control['level']

export interface Registry {
  /** The newest version with rules of its own; newer ones have the same. */
  readonly newest: number
  /** The rules of a level at a version, in the order in which the plugin names its reasons. */
  readonly rules: (level: Level, minor: number) => readonly Rule[]
}

/** Validates the controls and lays them out by version, once. */
export function makeRegistry(controls: readonly Control[]): Registry {
  validate(controls)
  const newest = Math.max(...controls.flatMap((c) => c.variants.map((v) => v.from)))
  const sorted = controls.toSorted((a, b) => (a.level === b.level ? (a.id < b.id ? -1 : 1) : a.level === 'baseline' ? -1 : 1))
  const tables = Array.from({ length: newest + 1 }, (_, minor) => {
    const all = sorted.flatMap((control) => {
      const variant = control.variants.findLast((v) => v.from <= minor)
      return variant === undefined ? [] : [{ id: control.id, level: control.level, variant }]
    })
    const replaced = new Set(all.flatMap(({ variant }) => variant.replaces ?? []))
    return { baseline: all.filter((c) => c.level === 'baseline'), restricted: all.filter((c) => !replaced.has(c.id)) }
  })
  return { newest, rules: (level, minor) => tables[Math.min(Math.max(minor, 0), newest)]?.[level] ?? [] }
}

function validate(controls: readonly Control[]): void {
  const levels = new Map(controls.map((c) => [c.id, c.level]))
  if (levels.size !== controls.length) throw new Error('two controls have one id')
  for (const { id, level, variants } of controls) {
    if (variants.length === 0) throw new Error(`${id} has no variant`)
    if (variants.some((v, i) => v.from <= (variants[i - 1]?.from ?? -1))) throw new Error(`the variants of ${id} do not rise`)
    for (const replaced of variants.flatMap((v) => v.replaces ?? []))
      if (level !== 'restricted' || levels.get(replaced) !== 'baseline') throw new Error(`${id} cannot replace ${replaced}`)
  }
}

/** The controls of the Pod Security Standards. */
export const CONTROLS: readonly Control[] = [
  allowPrivilegeEscalation,
  appArmorProfile,
  capabilitiesBaseline,
  capabilitiesRestricted,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbesAndHostLifecycle,
  privileged,
  procMount,
  procMountRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompProfileBaseline,
  seccompProfileRestricted,
  seLinuxOptions,
  sysctls,
  windowsHostProcess,
]

export const registry: Registry = makeRegistry(CONTROLS)
