import type { Finding } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { JUDGED_KINDS, type JudgedLists, judgedWorkloads } from '#simulate/judged/judged.ts'
import { containerNames, type Spot, spotsOf } from '#simulate/judged/spots.ts'
import type { Pod } from '#simulate/podSecurity/pod.ts'
import { counted, verdict } from '../workloads/verdicts.ts'

export type Amount = 'requests' | 'limits'
export type Resource = 'cpu' | 'memory'

export const AMOUNT_KINDS = [...JUDGED_KINDS, 'limitRanges'] as const

/** Messages of a check over `overAmounts`. */
export function amountMessages(amount: Amount, resource: Resource) {
  const words = `${resource === 'cpu' ? 'CPU' : resource} ${amount === 'requests' ? 'request' : 'limit'}`
  return {
    found: { en: `No ${words}: {where}.` },
    clean: { en: `Every container has a ${words} ({containers} looked at).` },
    given: { en: `New pods get a ${words} from the LimitRange {range} ({containers} looked at).` },
  } as const
}

/** Workloads by an amount that their containers have, by themselves, by their pod, or by a LimitRange of the namespace. */
export function* overAmounts(
  { limitRanges, ...lists }: JudgedLists & { readonly limitRanges: readonly Item<'limitRanges'>[] },
  amount: Amount,
  resource: Resource,
): Generator<Finding<'found' | 'clean' | 'given'>> {
  const ranges = limitRanges.filter((range) => givesDefault(range, amount, resource))
  for (const workload of judgedWorkloads(lists)) {
    const spots = spotsOf(workload, (pod) => without(pod, amount, resource))
    const range = ranges.find(({ metadata }) => metadata.namespace === workload.namespace)
    if (spots.length === 0 || range === undefined || workload.mirror) yield verdict(workload, spots)
    else {
      const containers = counted(containerNames(workload).length, 'container')
      yield { status: 'pass', object: workload.ref, message: 'given', params: { range: range.metadata.name, containers } }
    }
  }
}

/** What runs along with the program; init containers that end and debug containers are not counted. */
function without({ spec, containers }: Pod, amount: Amount, resource: Resource): readonly Spot[] {
  if (says(spec.resources, amount, resource)) return []
  const running = containers.filter(
    ({ container, at }) => at[1] === 'containers' || (at[1] === 'initContainers' && container.restartPolicy === 'Always'),
  )
  return running.flatMap(({ container, at }) =>
    says(container.resources, amount, resource)
      ? []
      : [{ container: container.name, path: [...at, 'resources', amount], saw: `no ${resource} ${amount}` }],
  )
}

type Resources = { readonly [A in Amount]: Readonly<Record<string, unknown>> } | undefined

/** A limit alone is a request of the same amount, too: the API server fills it in. */
function says(resources: Resources, amount: Amount, resource: Resource): boolean {
  if (resources === undefined) return false
  return resource in resources[amount] || (amount === 'requests' && resource in resources.limits)
}

/** As the LimitRanger plugin fills in: a limit from default or max, a request from defaultRequest, else from those, else from min. */
function givesDefault({ spec }: Item<'limitRanges'>, amount: Amount, resource: Resource): boolean {
  return spec.limits.some(
    (item) =>
      item.type === 'Container' &&
      (resource in item.default ||
        resource in item.max ||
        (amount === 'requests' && (resource in item.defaultRequest || resource in item.min))),
  )
}
