import type { FieldChange, FlagChange, Impact, NodeChange, NodeItem } from '#model/change.ts'
import type { NodeComponent, NodeDoor, NodePreflight } from '#model/node.ts'
import type { Json } from '#model/refs.ts'
import type { Text } from '#model/text.ts'
import { fileText, holdsKeys, keyMask, modeOf } from '../guide.ts'
import { jsonEqual } from '../json.ts'
import { checkNotInterrupted } from '../limit.ts'

export interface GuardInput {
  readonly nodes?: NodeDoor
  readonly signal?: AbortSignal
  readonly templates?: string
}

/** What a guard would do on a node. Looks and dry runs only. */
export async function previewNode(change: NodeChange, input: GuardInput): Promise<NodeItem> {
  checkNotInterrupted(input.signal)
  const { node, image, plan } = change
  const { component, withinSeconds } = plan
  const item = nodeItem(change, input.templates)
  if (input.nodes === undefined) return { ...item, refused: NO_DOOR }
  const look = await input.nodes.preflight({ node, component, image, withinSeconds }, signalOf(input))
  return { ...withFlags(item, change.now?.flags ?? look.flags), ...found(item, look, withinSeconds) }
}

export const NO_DOOR = {
  message: 'Changes on nodes are made by a guard on the node, and that needs a live cluster.',
  hint: 'Connect to the cluster, or write the change to a folder and run its script on the node.',
}

export function signalOf({ signal }: Pick<GuardInput, 'signal'>): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

/** What a look beforehand adds to an item. */
export function found(item: NodeItem, look: NodePreflight, withinSeconds: number): Pick<NodeItem, 'touches' | 'warnings' | 'refused'> {
  return {
    touches: touches(item, look, withinSeconds),
    warnings: look.warnings,
    ...(look.refused === undefined ? {} : { refused: look.refused }),
  }
}

/** The item as the plan alone tells it: no cluster was asked. */
export function nodeItem(change: NodeChange, templates?: string): NodeItem {
  const { node, image, plan, now } = change
  const files = plan.files.map((file) => ({
    path: file.path,
    mode: modeOf(file),
    masked: fileText(file, keyMask, templates),
  }))
  const { component, folders, mounts } = plan
  const settings = plan.settings.map(({ path, value }): FieldChange => {
    const before = now?.settings?.find((s) => jsonEqual([...s.path], [...path]))?.value
    return { path, ...(before === undefined ? {} : { before }), ...(value === undefined ? {} : { after: value }) }
  })
  const bare = {
    kind: 'node',
    change,
    node,
    component,
    image,
    folders,
    mounts,
    ...(plan.unmounts === undefined ? {} : { unmounts: plan.unmounts }),
    files,
    settings,
    makesKeys: plan.files.some(holdsKeys),
    touches: [],
    warnings: [],
  } as const
  return withFlags({ ...bare, action: 'change', flags: [] }, now?.flags)
}

/** Fills in what the flags are now; what is already as the plan wants it is no change, as far as that can be seen. */
function withFlags(item: NodeItem, now: Readonly<Record<string, string>> | undefined): NodeItem {
  if (item.change.kind !== 'node') return item
  const { plan } = item.change
  const flags = plan.flags.map(({ name, value }): FlagChange => {
    const before = now?.[flagName(name)]
    return { name: flagName(name), ...(before === undefined ? {} : { before }), ...(value === undefined ? {} : { after: value }) }
  })
  const seen =
    (plan.flags.length === 0 || now !== undefined) &&
    plan.files.length + plan.folders.length + plan.mounts.length + (plan.unmounts ?? []).length === 0
  const same = flags.every((f) => f.before === f.after) && item.settings.every((s) => jsonEqual(json(s.before), json(s.after)))
  const any = plan.flags.length + plan.settings.length > 0
  return { ...item, flags, action: any && seen && same ? 'none' : 'change' }
}

const json = (value: Json | undefined): Json => value ?? null

/** `profiling` of `--profiling`. */
export function flagName(name: string): string {
  return name.replace(/^--/, '')
}

const AWAY: { readonly [C in NodeComponent]: string } = {
  'kube-apiserver':
    'The API server of {node} restarts: it is away for about 45 s, and with one control-plane node the API is. Running pods go on.',
  'kube-controller-manager': 'The controller manager of {node} restarts: for about 30 s it makes and replaces nothing there.',
  'kube-scheduler': 'The scheduler of {node} restarts: new pods may wait for about 30 s.',
  etcd: 'etcd on {node} restarts: for about 60 s the API answers late or not at all. Running pods go on.',
  kubelet: 'The kubelet of {node} restarts. Running pods go on; the node may be NotReady for some seconds.',
}

/** What the restart of a component costs its `{node}`, where nothing else is known. */
export function restartCost(component: NodeComponent): Text {
  return { en: AWAY[component] }
}

/** What a guard may touch, what its work costs, and how it ends, before anybody says yes. */
export function touches(item: NodeItem, look: NodePreflight, withinSeconds: number): Impact[] {
  const { node, component, image } = item
  const { controlPlanes } = look
  const away =
    component !== 'kube-apiserver'
      ? AWAY[component]
      : controlPlanes > 1
        ? 'The API server of {node} is away for about 45 s; the {others} others go on.'
        : 'The API is away for about 45 s: this cluster has one control-plane node. Running pods go on.'
  return [
    {
      level: 'warn',
      text: {
        en: 'A pod runs as root on {node} with the whole disk of the node mounted, in a namespace of its own (kubeharden-guard-…), for a minute or two. While it lives it is as good as root there. It has no token and no rights in the API, and both are removed afterwards.',
      },
      params: { node },
    },
    { level: 'warn', text: { en: away }, params: { node, others: controlPlanes - 1 } },
    {
      level: 'info',
      text: { en: 'Where {component} is not healthy within {seconds} s, the node goes back by itself, also while the API is away.' },
      params: { component, seconds: withinSeconds },
    },
    {
      level: 'info',
      text: { en: 'The image {image} must be one that {node} can pull; it is pulled before anything is changed.' },
      params: { image, node },
    },
  ]
}
