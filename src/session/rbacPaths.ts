import type { Kind } from '#model/kinds.ts'
import type { Gap } from '#model/right.ts'
import type { State } from '#model/state.ts'
import { identityOf, type NamedSubject } from '#simulate/rbacNamed.ts'
import { type AdminPath, pathsToAdmin, reachOf } from '#simulate/rbacPaths/paths.ts'
import { PATH_KINDS, worldOf } from '#simulate/rbacPaths/world.ts'
import { notesOn, subjectAsked } from './rbacCan.ts'
import { gapsOf, grantsIn, RBAC_READS } from './whoCan.ts'

export type { AdminPath } from '#simulate/rbacPaths/paths.ts'
export type { Place, Step } from '#simulate/rbacPaths/types.ts'

export const PATH_READS = [...RBAC_READS, ...PATH_KINDS] as const satisfies readonly Kind[]

export interface PathsAsked {
  /** One subject, with groups that no object shows; undefined: everybody whom a binding names. */
  readonly subject?: string
  readonly groups: readonly string[]
  /** Those that come with Kubernetes too. */
  readonly builtin: boolean
}

export interface PathsAnswer {
  /** Who was asked for; undefined: everybody. */
  readonly asked?: NamedSubject
  /** Those that get there, by the fewest steps; those that have it have none. */
  readonly subjects: readonly AdminPath[]
  /** Subjects of the cluster itself that are left out. */
  readonly folded: number
  readonly notes: readonly string[]
  readonly gaps: readonly Gap[]
}

/** Who gets to cluster-admin, or to what is as good, in which steps. */
export function rbacPaths(state: State, { subject: text, groups, builtin }: PathsAsked): PathsAnswer {
  const world = worldOf(state, grantsIn(state))
  const gaps = gapsOf(state, PATH_READS)
  if (text !== undefined) {
    const asked = subjectAsked(text)
    const { admin } = reachOf(world, { subject: asked, groups })
    const subjects = admin === undefined ? [] : [{ subject: asked, builtin: false, steps: admin }]
    return { asked, subjects, folded: 0, notes: [...notesOn(asked, identityOf(asked, groups)), ...notesOnWorld(world)], gaps }
  }
  const all = pathsToAdmin(world)
  const subjects = builtin ? all : all.filter((path) => !path.builtin)
  return { subjects, folded: all.length - subjects.length, notes: notesOnWorld(world), gaps }
}

/** What every answer about paths leaves open. */
export function notesOnWorld({ controlPlane }: ReturnType<typeof worldOf>): readonly string[] {
  return [
    ...(controlPlane === 'unknown' ? ['Nodes could not all be read: a node of the control plane is taken to be among them.'] : []),
    ...(controlPlane === 'none' ? ['No node of the control plane is among the nodes: root on a node gives the tokens of its pods.'] : []),
    'Each step takes rights of one identity; admission policies and webhooks, which may refuse a step, are not looked at, Pod Security labels are.',
  ]
}

/** Is there a way in that somebody would have to take? Asked for one subject, having it counts as well. */
export function hasPath({ asked, subjects }: PathsAnswer): boolean {
  return subjects.some(({ steps }) => asked !== undefined || steps.length > 0)
}
