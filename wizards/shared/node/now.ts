import type { NodeChange } from '#model/change.ts'
import type { NodePlan } from '#model/node.ts'
import { itemsOf, type State } from '#model/state.ts'
import { type Component, componentPods, flag, type Instance } from '#simulate/controlPlane.ts'

/** The instances of a component whose flags can be read. */
export function instancesOf(state: State, component: Component): readonly Instance[] {
  return componentPods(itemsOf(state, 'pods'), component).filter(({ hidden }) => !hidden)
}

/** The flags of a plan as they are on this very node: what the preview compares with. Nothing where they were not seen. */
export function nowOn(state: State, node: string, plan: NodePlan): { readonly now?: NonNullable<NodeChange['now']> } {
  if (plan.component === 'kubelet' || plan.flags.length === 0) return {}
  const instance = instancesOf(state, plan.component).find((i) => i.node === node)
  if (instance === undefined) return {}
  const flags = plan.flags.flatMap(({ name }): [string, string][] => {
    const value = flag(instance, name)
    return value === undefined ? [] : [[name, value]]
  })
  return { now: { flags: Object.fromEntries(flags) } }
}
