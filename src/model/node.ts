import type { GeneratedFile } from './change.ts'
import type { Json } from './refs.ts'

/** What a change on a node restarts. The first four are kubeadm's static pods. */
export const NODE_COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd', 'kubelet'] as const
export type NodeComponent = (typeof NODE_COMPONENTS)[number]

/** One flag of a static pod's command; without a value it is taken away. */
export interface FlagEdit {
  readonly name: string
  readonly value?: string
}

/** A folder or file of the node that the static pod needs to see. */
export interface NodeMount {
  readonly name: string
  readonly hostPath: string
  readonly mountPath: string
  readonly readOnly: boolean
  readonly type: 'Directory' | 'DirectoryOrCreate' | 'File' | 'FileOrCreate'
}

/** What a file must be before it goes live; the node looks again, with its own tools. */
export type NodeFileKind =
  | 'encryption-configuration'
  | 'audit-policy'
  | 'authentication-configuration'
  | 'admission-configuration'
  | 'other'

/** A file that is put onto the node by rename, before anything restarts. */
export interface NodeFile {
  /** Absolute, on the node. */
  readonly path: string
  readonly mode: 0o600 | 0o644
  readonly kind: NodeFileKind
  readonly content: GeneratedFile['content']
}

/** One field of the KubeletConfiguration; without a value it is taken away. */
export interface KubeletSetting {
  readonly path: readonly string[]
  readonly value?: Json
}

/**
 * What is changed of one component on one node: whole or not at all. Files and folders first, then flags and mounts (static
 * pods) or settings (kubelet), then the wait until it is healthy; where it is not in time, everything is put back.
 */
export interface NodePlan {
  readonly component: NodeComponent
  readonly folders: readonly { readonly path: string; readonly mode: number }[]
  readonly files: readonly NodeFile[]
  readonly flags: readonly FlagEdit[]
  readonly mounts: readonly NodeMount[]
  /** Mounts that go away, where they are just these: what another program put there stays. The folder stays on the node. */
  readonly unmounts?: readonly Pick<NodeMount, 'name' | 'hostPath' | 'mountPath'>[]
  readonly settings: readonly KubeletSetting[]
  /** Beyond health: the API server must announce this EncryptionConfiguration (its sha256 in /metrics). */
  readonly loads?: string
  /** Health must come within so many seconds, or the node goes back by itself. */
  readonly withinSeconds: number
}

/** One file of a bundle as it travels to the node: the script, the plan as lines, what is put in place. */
export interface BundleFile {
  readonly path: string
  readonly mode: 0o600 | 0o700
  readonly text: string
}

/**
 * What the node's script is asked for. `check` changes nothing. `undo` puts back what `apply` of the same run replaced,
 * and refuses where somebody else changed it since.
 */
export type NodeCommand = 'check' | 'apply' | 'undo' | 'status'

/** How a run on a node ended; the last line that the script prints, as JSON. */
export const NODE_STATES = ['would-change', 'unchanged', 'applied', 'refused', 'rolled-back', 'rollback-failed', 'undone'] as const
export type NodeState = (typeof NODE_STATES)[number]

export interface NodeOutcome {
  readonly run: string
  readonly node: string
  readonly component: NodeComponent
  readonly state: NodeState
  /** One sentence: what was done, or why not. No file content, no key. */
  readonly detail: string
  /** sha256 of the manifest or kubelet configuration before and after. */
  readonly before?: string
  readonly after?: string
  readonly seconds: number
}

export interface NodeRun {
  /** Also the name of the folder on the node that keeps the way back: `/var/lib/kubeharden/RUN`. */
  readonly run: string
  readonly node: string
  readonly component: NodeComponent
  readonly command: NodeCommand
  /** What the bundle is made from, without what its files hold. */
  readonly plan: NodePlan
  /** Image of the guard: any with /bin/sh, tar and chroot, such as busybox. */
  readonly image: string
  readonly bundle: readonly BundleFile[]
  readonly withinSeconds: number
}

/** What a look beforehand found; nothing was written. */
export interface NodePreflight {
  /** How many control-plane nodes there are: with one, the API is away while its API server restarts. */
  readonly controlPlanes: number
  /** Flags of the component now, from its mirror pod; undefined where they cannot be seen. */
  readonly flags?: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
  /** Why a guard cannot be started: a missing right, an admission plugin, a node that is not there. */
  readonly refused?: { readonly message: string; readonly hint: string }
}

/** The door to the nodes: a Job on the node itself that changes, watches and goes back, also while the API is away. */
export interface NodeDoor {
  /** Rights, a dry run of the guard's objects, the node itself. Writes nothing. */
  preflight(
    request: Pick<NodeRun, 'node' | 'component' | 'image' | 'withinSeconds'>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<NodePreflight>
  /**
   * Starts the guard, hands it the bundle, waits for its outcome and takes the guard away again. Resolves with `rolled-back`
   * where the change did not become healthy. Throws HardenError `change-failed` where the outcome cannot be learnt.
   */
  run(request: NodeRun, options?: { readonly signal?: AbortSignal; readonly onLine?: (line: string) => void }): Promise<NodeOutcome>
  /** The outcome of a run whose session ended in the middle; undefined where its guard is not there any more. Cleans up. */
  settle(run: Pick<NodeRun, 'run' | 'node'>, options?: { readonly signal?: AbortSignal }): Promise<NodeOutcome | undefined>
}

/** The script in a bundle. */
export const NODE_SCRIPT = 'kubeharden-node.sh'

const FILE_NAME = /^[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]*$/

/** How a file of a plan is called in its bundle. */
export function bundleName(file: NodeFile, index: number): string {
  const base = file.path.slice(file.path.lastIndexOf('/') + 1)
  return `files/${index + 1}-${FILE_NAME.test(base) ? base.slice(0, 60) : 'file'}`
}
