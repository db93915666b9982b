import { HardenError } from '#model/errors.ts'
import type { NodeDoor, NodeOutcome, NodePlan, NodeRun } from '#model/node.ts'
import type { Json, KubeObject, ObjectRef } from '#model/refs.ts'
import { interrupted } from './errors.ts'
import { plain, type Store } from './store.ts'

/** The objects that a run replaced, with what was there before; undefined: it was not there. */
type Kept = readonly (readonly [where: 'store' | 'probes', object: KubeObject])[]

/**
 * Changes on nodes of the practice cluster: flags in mirror pods, settings in what the kubelets answer. Files and mounts
 * leave no trace but their flags. Always healthy; what a broken change does is seen on a real node.
 */
export function makePracticeNodes(store: Store, probes: KubeObject[]): NodeDoor {
  const kept = new Map<string, Kept>()
  return {
    async preflight({ node, component }, options = {}) {
      interrupted(options.signal)
      const controlPlanes = store
        .all()
        .filter((o) => o.kind === 'Node' && 'node-role.kubernetes.io/control-plane' in (o.metadata.labels ?? {}))
      const bare = { controlPlanes: Math.max(1, controlPlanes.length), warnings: [] }
      if (store.get({ apiVersion: 'v1', kind: 'Node', name: node }) === undefined)
        return { ...bare, refused: { message: `There is no node ${node}.`, hint: 'Choose one of the nodes of the practice cluster.' } }
      const command = commandOf(store.get(podRef(component, node)))
      return { ...bare, ...(command === undefined ? {} : { flags: flagsOf(command) }) }
    },
    async run(request, { signal, onLine } = {}) {
      interrupted(signal)
      onLine?.(`the guard runs on ${request.node}`)
      if (request.command === 'undo') {
        for (const [where, object] of kept.get(request.run) ?? []) put(where, object)
        kept.delete(request.run)
        return outcome(request, 'undone', 'it is as it was before')
      }
      if (request.command !== 'apply') return outcome(request, 'unchanged', 'nothing is changed by looking')
      const changed = change(request)
      kept.set(request.run, changed)
      return changed.length === 0
        ? outcome(request, 'unchanged', 'it was so already')
        : outcome(request, 'applied', 'it runs with the new configuration')
    },
    settle: async () => undefined,
  }

  function put(where: 'store' | 'probes', object: KubeObject): void {
    if (where === 'store') store.put(object)
    else
      probes.splice(
        0,
        probes.length,
        ...probes.map((p) => (p.kind === object.kind && p.metadata.name === object.metadata.name ? object : p)),
      )
  }

  function change({ node, component, plan }: NodeRun): Kept {
    const [where, before]: readonly ['store' | 'probes', KubeObject | undefined] =
      component === 'kubelet'
        ? ['probes', probes.find((p) => p.kind === 'KubeletProbe' && p.metadata.name === node)]
        : ['store', store.get(podRef(component, node))]
    if (before === undefined) throw new HardenError('rejected', `${component} does not run on ${node}.`, 'Choose a node that runs it.')
    const after = component === 'kubelet' ? withSettings(before, plan) : withFlags(before, plan)
    if (JSON.stringify(after) === JSON.stringify(before)) return []
    put(where, after)
    return [[where, before]]
  }
}

function outcome({ run, node, component }: NodeRun, state: NodeOutcome['state'], detail: string): NodeOutcome {
  return { run, node, component, state, detail, seconds: 0 }
}

const podRef = (component: string, node: string): ObjectRef => ({
  apiVersion: 'v1',
  kind: 'Pod',
  namespace: 'kube-system',
  name: `${component}-${node}`,
})

interface Pod {
  readonly spec: { readonly containers: readonly { readonly command?: readonly string[] }[] }
}

function commandOf(pod: KubeObject | undefined): readonly string[] | undefined {
  return (pod as unknown as Pod | undefined)?.spec.containers[0]?.command
}

function flagsOf(command: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    command.flatMap((word): [string, string][] => {
      const [, name, value] = /^--([\w-]+)(?:=([\s\S]*))?$/.exec(word) ?? []
      return name === undefined ? [] : [[name, value ?? 'true']]
    }),
  )
}

/** Each flag in its place; new ones at the end, as the node's script puts them. */
function withFlags(pod: KubeObject, plan: NodePlan): KubeObject {
  let command = commandOf(pod) ?? []
  for (const { name, value } of plan.flags) {
    const flag = `--${name.replace(/^--/, '')}`
    const mine = (word: string) => word === flag || word.startsWith(`${flag}=`)
    const next = value === undefined ? [] : [`${flag}=${value}`]
    const at = command.findIndex(mine)
    command = at < 0 ? command.concat(next) : command.flatMap((word, i) => (i === at ? next : mine(word) ? [] : [word]))
  }
  const copy = plain(pod) as unknown as { spec: { containers: { command?: readonly string[] }[] } }
  const [container] = copy.spec.containers
  if (container !== undefined) container.command = command
  return copy as unknown as KubeObject
}

function withSettings(probe: KubeObject, plan: NodePlan): KubeObject {
  const config = plan.settings.reduce<Json>((at, { path, value }) => set(at, path, value), (probe.config as Json | undefined) ?? {})
  return { ...probe, config }
}

function set(at: Json | undefined, [step, ...rest]: readonly string[], value: Json | undefined): Json {
  if (step === undefined) return value ?? null
  const map = typeof at === 'object' && at !== null && !Array.isArray(at) ? (at as { readonly [key: string]: Json | undefined }) : {}
  const { [step]: old, ...others } = map
  if (rest.length === 0 && value === undefined) return others
  return { ...others, [step]: set(old, rest, value) }
}
