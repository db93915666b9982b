import type { ObjectRef } from './refs.ts'
import type { Gap } from './right.ts'

/** A cluster whose requests are above this share of its capacity has no room for what goes wrong. */
export const RESERVE = 0.7

/** What is lost, all of it at once. `nodes` are those of the zones as well. */
export interface LossEvent {
  readonly nodes: readonly string[]
  readonly zones: readonly string[]
  readonly registries: readonly string[]
}

/** What becomes of a pod whose node is lost. */
export type Fate =
  /** A new one finds room: on this node, in the way that was found. */
  | { readonly kind: 'moves'; readonly to: string }
  /** A new one fits on no node that is left, whatever becomes of the others. */
  | { readonly kind: 'waits'; readonly why: string }
  /** It would fit by itself; no way was found to place all of them. */
  | { readonly kind: 'crowded'; readonly why: string }
  /** Nobody makes it anew. */
  | { readonly kind: 'gone'; readonly why: string }
  /** It belongs to its node: of a DaemonSet, or run by the kubelet from a file. */
  | { readonly kind: 'with-node' }
  | { readonly kind: 'unknown'; readonly why: string }

export interface LostPod {
  readonly namespace: string
  readonly name: string
  readonly node: string
  readonly fate: Fate
  /** It runs on a node that stays, and has to give way to this more important pod. */
  readonly displacedBy?: string
}

/** When a new pod is made for one on a node that is gone. */
export type Comeback =
  /** So many seconds after the node was found unreachable. */
  | { readonly kind: 'evicted'; readonly seconds: number }
  /** Only when somebody deletes the Node or taints it out-of-service: until then the old pod may still run for all the cluster knows. */
  | { readonly kind: 'by-hand' }
  | { readonly kind: 'never' }

export interface WorkloadLoss {
  readonly object: ObjectRef
  /** Ready pods now, and those of them that are left at once. */
  readonly now: number
  readonly left: number
  /** Nodes and zones its ready pods run on now. */
  readonly nodes: number
  readonly zones: number
  readonly verdict: 'down' | 'below-budget' | 'reduced'
  readonly budgets: readonly { readonly name: string; readonly wants: number; readonly left: number }[]
  readonly comeback: Comeback
  readonly pods: readonly LostPod[]
}

/** Requests against what nodes that take any pod can give, before and after. */
export interface CapacityLoss {
  readonly resource: 'cpu' | 'memory'
  readonly now: Share
  readonly after: Share
}

/** In thousandths of a core, or of a byte, as text: they can be larger than a number holds exactly. `share` is requested / allocatable. */
export interface Share {
  readonly requested: string
  readonly allocatable: string
  readonly share?: number
}

/** A component of the control plane that runs on the lost nodes as well. */
export interface ControlPlaneLoss {
  readonly component: string
  readonly now: number
  readonly left: number
  /** etcd needs more than half of its members, everything else one. */
  readonly down: boolean
}

/** A workload whose images come from a lost registry. */
export interface PullLoss {
  readonly object: ObjectRef
  readonly images: readonly string[]
  /** Could its containers start again where they run? An image of policy Always cannot. */
  readonly restart: 'fine' | 'fails'
  /** Other nodes that hold all its images, and how many may hold them. */
  readonly elsewhere: readonly string[]
  /** How many other nodes there are. */
  readonly others: number
  readonly elsewhereUnknown: number
}

/** Could it not start again where it runs, or nowhere else, though there are other nodes? */
export function isStuck({ restart, others, elsewhere, elsewhereUnknown }: PullLoss): boolean {
  return restart === 'fails' || (others > 0 && elsewhere.length + elsewhereUnknown === 0)
}

export interface Loss {
  readonly event: LossEvent
  readonly workloads: readonly WorkloadLoss[]
  readonly controlPlane: readonly ControlPlaneLoss[]
  readonly capacity: readonly CapacityLoss[]
  readonly pulls: readonly PullLoss[]
  /** False: all found room only when the largest were placed first. Undefined where not all did. */
  readonly roomy?: boolean
  readonly breaks: boolean
}

export interface LossPreview {
  readonly losses: readonly Loss[]
  /** What the operator should know about all of them. */
  readonly notes: readonly string[]
  readonly gaps: readonly Gap[]
}
