import {
  accountNode,
  accountsHub,
  changeHub,
  enterHub,
  missingHub,
  nodeHub,
  podHub,
  runHub,
  secretHub,
  secretsHub,
  swapHub,
  workloadHub,
} from '../hubs.ts'
import type { Index } from '../indexes.ts'
import { type Holding, namedOnes, type Power, placesOf, spanOf, together } from '../powers.ts'
import type { Edge, HeldRight, NameOf, Need, StepKind } from '../types.ts'
import type { World } from '../world.ts'

/** Making pods, changing what makes them, and going into those that run. */
export function podSteps(holding: Holding, world: World, index: Index): readonly Edge[] {
  const run = placesOf(spanOf(holding, 'runPods')).map(([ns, held]) => edge(runHub(ns), 'run-pod', [{ held, name: 'none' }]))
  // Since 1.35 a stream takes create as well; before, get alone opened one. Where the version is not known, get does not count.
  const byGet = world.minor !== undefined && world.minor < 35
  return [
    ...run,
    ...workloadSteps(holding, index),
    ...into(holding, 'execPods', RUNNING, 'enter-pod', index),
    ...(byGet ? into(holding, 'getExec', RUNNING, 'enter-pod', index) : []),
    ...into(holding, 'debugPods', CHANGEABLE, 'enter-pod', index),
    ...into(holding, 'swapImages', CHANGEABLE, 'swap-image', index),
  ]
}

const RUNNING = { hub: enterHub, which: 'pod' }
const CHANGEABLE = { hub: swapHub, which: 'changeable pod' }

function into(holding: Holding, power: Power, { hub, which }: typeof RUNNING, kind: StepKind, { placesByName }: Index): readonly Edge[] {
  const all = placesOf(spanOf(holding, power)).map(([ns, held]) => edge(hub(ns), kind, [{ held, name: 'pod' }]))
  const named = namedOnes(holding, power).flatMap(({ held, names }) =>
    names.flatMap((name) =>
      (placesByName.get(`${which}/${name}`) ?? [])
        .filter((namespace) => isIn(held, namespace))
        .map((namespace) => edge(podHub(namespace, name), kind, [{ held, name: 'pod', namespace }])),
    ),
  )
  return [...all, ...named]
}

/** Does a right hold in this namespace? */
export function isIn({ scope }: HeldRight, namespace: string): boolean {
  return scope.kind === 'cluster' || scope.namespace === namespace
}

/** Whoever changes a template chooses the account of the pods it makes; there must be one to change. */
function workloadSteps(holding: Holding, { placesByName }: Index): readonly Edge[] {
  return (holding.get('changeWorkloads') ?? []).flatMap((held) => {
    const { group, resource } = held.wanted
    const { scope, cover } = held
    const need = { held, name: 'workload' } as const
    if (cover.on === 'all')
      return [edge(changeHub(group, resource, scope.kind === 'namespace' ? scope.namespace : undefined), 'change-workload', [need])]
    return cover.names.flatMap((name) =>
      (placesByName.get(`${group}/${resource}/${name}`) ?? [])
        .filter((namespace) => isIn(held, namespace))
        .map((namespace) => edge(workloadHub(group, resource, namespace, name), 'change-workload', [need])),
    )
  })
}

/** Tokens of accounts: made, read from a Secret, or put into one by the token controller. */
export function tokenSteps(holding: Holding, index: Index): readonly Edge[] {
  const mint = spanOf(holding, 'mintTokens')
  const read = spanOf(holding, 'readSecrets')
  const create = spanOf(holding, 'createSecrets')
  const all = [
    ...placesOf(mint).map(([ns, held]) => edge(accountsHub(ns), 'mint-token', [{ held, name: 'account' }])),
    ...placesOf(read).map(([ns, held]) => edge(secretsHub(ns), 'read-token', [{ held, name: 'secret' }])),
    ...together(create, read).map(([ns, a, b]) =>
      edge(accountsHub(ns), 'make-token-secret', [
        { held: a, name: 'none' },
        { held: b, name: 'none' },
      ]),
    ),
  ]
  return [...all, ...namedTokens(holding, index), ...absentAccounts(holding)]
}

function namedTokens(holding: Holding, { placesByName }: Index): readonly Edge[] {
  const each = (
    power: 'mintTokens' | 'readSecrets',
    kind: string,
    to: (namespace: string, name: string) => Edge['to'],
    move: StepKind,
    as: NameOf,
  ) =>
    namedOnes(holding, power).flatMap(({ held, names }) =>
      names.flatMap((name) =>
        (placesByName.get(`${kind}/${name}`) ?? [])
          .filter((namespace) => isIn(held, namespace))
          .map((namespace) => edge(to(namespace, name), move, [{ held, name: as, namespace }])),
      ),
    )
  return [
    ...each('mintTokens', 'account', accountNode, 'mint-token', 'account'),
    ...each('readSecrets', 'secret', secretHub, 'read-token', 'secret'),
  ]
}

/** An account that is bound but not there: whoever makes one of that name, and then a token or a pod of it, has its rights. */
function absentAccounts(holding: Holding): readonly Edge[] {
  const make = spanOf(holding, 'createAccounts')
  const ways: readonly (readonly [Power, NameOf])[] = [
    ['mintTokens', 'account'],
    ['runPods', 'none'],
  ]
  return ways.flatMap(([power, name]) =>
    together(make, spanOf(holding, power)).map(([ns, a, b]) =>
      edge(missingHub(ns), 'make-account', [
        { held: a, name: 'none' },
        { held: b, name },
      ]),
    ),
  )
}

/** A node through pods where Pod Security stands before it: by a volume it does not look into, or by loosening it. */
export function nodeThroughPods(holding: Holding, world: World): readonly Edge[] {
  const run = spanOf(holding, 'runPods')
  const pick = (places: ReturnType<typeof together>, fits: (namespace: string) => boolean) => {
    for (const [namespace, a, b] of places) {
      const found = namespace === undefined ? [...world.namespaces].find(fits) : fits(namespace) ? namespace : undefined
      if (found !== undefined) return { namespace: found, a, b }
    }
    return undefined
  }
  const guarded = (namespace: string) => world.refuses(namespace, 'privileged')
  const [volume] = placesOf(spanOf(holding, 'createVolumes')).map(([, held]) => held)
  const host =
    volume === undefined
      ? undefined
      : pick(together(spanOf(holding, 'createClaims'), run), (ns) => guarded(ns) && !world.refuses(ns, 'root'))
  const label = spanOf(holding, 'labelNamespaces', () => true)
  const loose = pick(together(label, run), (ns) => guarded(ns) && canLabel(holding, ns))
  return [
    ...(volume === undefined || host === undefined
      ? []
      : [
          edge(nodeHub(), 'host-volume', [
            { held: volume, name: 'none' },
            { held: host.a, name: 'none', namespace: host.namespace },
            { held: host.b, name: 'none', namespace: host.namespace },
          ]),
        ]),
    ...(loose === undefined
      ? []
      : [
          edge(nodeHub(), 'loosen-namespace', [
            { held: labelling(holding, loose.namespace) ?? loose.a, name: { name: loose.namespace }, namespace: loose.namespace },
            { held: loose.b, name: 'none', namespace: loose.namespace },
          ]),
        ]),
  ]
}

/** A request for a namespace itself is made in that namespace: a RoleBinding there is enough. */
function labelling(holding: Holding, namespace: string) {
  return holding
    .get('labelNamespaces')
    ?.find(
      ({ scope, cover }) =>
        (scope.kind === 'cluster' || scope.namespace === namespace) && (cover.on === 'all' || cover.names.includes(namespace)),
    )
}

function canLabel(holding: Holding, namespace: string): boolean {
  return labelling(holding, namespace) !== undefined
}

function edge(to: string, kind: StepKind, needs: readonly Need[]): Edge {
  return { to, move: { kind, needs } }
}
