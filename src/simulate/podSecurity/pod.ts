import type { SecurityContext } from '#model/objects/podSecurity.ts'
import type { Container, PodSpec } from '#model/objects/workload.ts'
import type { Path } from './path.ts'

/** What admission looks at. */
export interface PodLike {
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: PodSpec
}

export interface Placed {
  readonly container: Container
  readonly at: Path
}

/** A pod with its containers laid out, made once for all controls. */
export interface Pod extends PodLike {
  /** Init containers, containers, then ephemeral ones: all controls look at all three. */
  readonly containers: readonly Placed[]
  /** The pod's own security context, then each container's. */
  readonly contexts: readonly { readonly context: SecurityContext; readonly at: Path }[]
  readonly windows: boolean
  /** Root in it is nobody on the node. */
  readonly ownUsers: boolean
}

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const

export function layOut({ annotations, spec }: PodLike): Pod {
  const containers = LISTS.flatMap((list) =>
    (spec[list] ?? []).map(
      (container, index): Placed => ({ container, at: ['spec', list, { index, key: 'name', value: container.name }] }),
    ),
  )
  const contexts = [
    { context: spec.securityContext, at: ['spec', 'securityContext'] },
    ...containers.map(({ container, at }) => ({ context: container.securityContext, at: [...at, 'securityContext'] })),
  ]
  return { annotations, spec, containers, contexts, windows: spec.os?.name === 'windows', ownUsers: spec.hostUsers === false }
}
