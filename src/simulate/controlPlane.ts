import type { Item } from '#model/kinds.ts'
import type { Container } from '#model/objects/workload.ts'
import type { ObjectRef } from '#model/refs.ts'

export const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'] as const
export type Component = (typeof COMPONENTS)[number]

/** One instance of a component (there are several in a highly available control plane). */
export interface Instance {
  readonly pod: ObjectRef
  readonly node?: string
  /** Read from a file of static pods and not from a cluster: it never had a uid. */
  readonly file?: boolean
  readonly image: string
  /** Each flag without its dashes, with every value it was given, in order. */
  readonly flags: ReadonlyMap<string, readonly string[]>
}

/** Switches never take the next word as their value: `--profiling false` switches profiling on. */
const SWITCHES = new Set(
  `allow-privileged anonymous-auth auto-tls client-cert-auth contention-profiling enable-aggregator-routing
  enable-bootstrap-token-auth enable-pprof leader-elect peer-auto-tls peer-client-cert-auth pre-vote profiling
  service-account-extend-token-expiration service-account-lookup strict-reconfig-check use-service-account-credentials`.split(/\s+/),
)

/**
 * The instances of a control-plane component with their flags, from the mirror pods in kube-system. Undefined where
 * they cannot be seen: managed and k3s control planes have no such pods, and a start through a shell hides its flags.
 */
export function controlPlane(pods: readonly Item<'pods'>[], component: Component): readonly Instance[] | undefined {
  const found = componentPods(pods, component)
  return found.length === 0 || found.some(({ hidden }) => hidden) ? undefined : found
}

/** Every pod of a component, those too whose start through a shell hides the flags. */
export function componentPods(pods: readonly Item<'pods'>[], component: Component): readonly (Instance & { readonly hidden: boolean })[] {
  return pods.filter(isControlPlanePod).flatMap((pod) => {
    const container = pod.spec.containers.find((c) => runs(c, component))
    if (container === undefined) return []
    const given = parseFlags(wordsAfter([...container.command, ...container.args], component), component === 'etcd')
    return {
      pod: { apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system', name: pod.metadata.name },
      ...(pod.spec.nodeName === undefined ? {} : { node: pod.spec.nodeName }),
      ...(pod.metadata.uid === undefined ? { file: true } : {}),
      image: container.image,
      flags: component === 'etcd' ? new Map([...environment(container), ...given]) : given,
      hidden: isHidden(container),
    }
  })
}

/** etcd reads each flag that its command line leaves out from `ETCD_…`. Source: etcd pkg/flags SetFlagsFromEnv. */
function environment(container: Container): ReadonlyMap<string, readonly string[]> {
  const set = container.env.flatMap(({ name, value }) => (name.startsWith('ETCD_') && value !== undefined ? [[name, value] as const] : []))
  return new Map(set.map(([name, value]) => [name.slice('ETCD_'.length).toLowerCase().replaceAll('_', '-'), [value]]))
}

/** The value of a flag that counts: the last one. */
export function flag(instance: Instance, name: string): string | undefined {
  return instance.flags.get(name)?.at(-1)
}

/** A switch: on, off, or not given. */
export function flagSwitch(instance: Instance, name: string): boolean | undefined {
  const value = flag(instance, name)
  return value === undefined ? undefined : /^(1|t|true)$/i.test(value)
}

/** A flag that takes a list: all its values, split at commas (`--enable-admission-plugins`, `--authorization-mode`). */
export function flagList(instance: Instance, name: string): readonly string[] {
  return (instance.flags.get(name) ?? [])
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

/**
 * Flags from the words of a command line: `--flag=value`, `--flag value`, a bare `--flag` is `true`; `--` ends them.
 * Underscores count as dashes, as in Kubernetes. `singleDash` for etcd, which also takes `-flag`.
 */
export function parseFlags(words: readonly string[], singleDash = false): ReadonlyMap<string, readonly string[]> {
  const flags = new Map<string, string[]>()
  const shape = singleDash ? /^--?([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/ : /^--([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/
  let open: string | undefined
  const add = (name: string, value: string) => flags.set(name, [...(flags.get(name) ?? []), value])
  for (const word of words) {
    const match = shape.exec(word)
    if (open !== undefined) {
      add(open, match === null && word !== '--' ? word : 'true')
      open = undefined
      if (match === null && word !== '--') continue
    }
    if (word === '--') break
    if (match === null) continue
    const name = (match[1] ?? '').replaceAll('_', '-')
    if (match[2] !== undefined) add(name, match[2])
    else if (SWITCHES.has(name)) add(name, 'true')
    else open = name
  }
  if (open !== undefined) add(open, 'true')
  return flags
}

/** A mirror pod of the kubelet, or a static pod's file from /etc/kubernetes/manifests (it never had a uid). */
function isControlPlanePod(pod: Item<'pods'>): boolean {
  const { namespace, annotations, ownerReferences, uid, labels } = pod.metadata
  if (namespace !== 'kube-system') return false
  const mirror = 'kubernetes.io/config.mirror' in annotations || ownerReferences.some((owner) => owner.kind === 'Node')
  return mirror || (uid === undefined && labels.tier === 'control-plane')
}

function runs(container: Container, component: Component): boolean {
  return container.name === component || [...container.command, ...container.args].some((word) => baseName(word) === component)
}

/** A shell's script is cut by redaction when it is long: what is left of it proves nothing. */
function isHidden(container: Container): boolean {
  return /^(ba|da|a|z)?sh$/.test(baseName(container.command[0] ?? container.args[0] ?? ''))
}

/** What comes after the program's own word: a runner in front (kOps' go-runner) has flags of its own. */
function wordsAfter(words: readonly string[], component: Component): readonly string[] {
  return words.slice(words.findIndex((word) => baseName(word) === component) + 1)
}

function baseName(word: string): string {
  return word.startsWith('-') ? '' : word.slice(word.lastIndexOf('/') + 1)
}
