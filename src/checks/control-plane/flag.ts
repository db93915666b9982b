import type { CheckContext, Finding } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import type { ObjectRef } from '#model/refs.ts'
import type { Text } from '#model/text.ts'
import { type Component, flag, flagList, flagSwitch, type Instance } from '#simulate/controlPlane.ts'
import { type Blind, type ControlPlaneLists, componentSight } from '#simulate/controlPlaneSight.ts'
import { refTo } from '#simulate/workloadsRefs.ts'

/** What a check says of one instance: the message is one of its own. */
export interface Verdict<M extends string> {
  readonly status: 'pass' | 'fail' | 'unknown' | 'not-applicable' | 'manual'
  readonly message: M
  /** What was given, as on the command line. */
  readonly saw?: string
}

type Managed = 'eks' | 'gke' | 'aks'

/** The rest of a check over the flags of one control-plane component; `id`, `severity`, `controls` and `text` stand beside it. */
export interface FlagRules<M extends string> {
  readonly component: Component
  readonly messages: { readonly [K in M]: Text }
  /** One instance; pure. Messages may hold `{saw}`. */
  readonly judge: (instance: Instance, lists: ControlPlaneLists) => Verdict<M>
  /** Where no flags can be seen (a managed control plane): what an API server's metrics prove by themselves, if anything. */
  readonly fromMetrics?: (server: Item<'apiServers'>) => Verdict<M> | undefined
  /** Where the operator of a managed cluster can set it after all, and how to look: then it is unknown, not none of theirs. */
  readonly managed?: { readonly [B in Managed]: Text }
  /** Flags of an instance that fails, and of one that passes. */
  readonly bad: readonly string[]
  readonly good: readonly string[]
  /** Other flags of this component that both have, so that the example is a whole one. */
  readonly also?: readonly string[]
}

/** Which messages the engine itself uses; where the control plane is the provider's there is nothing to set, and so nothing to judge. */
export const BLIND_MESSAGES: { readonly [B in Blind]: Text } = {
  eks: { en: 'Amazon runs this part of an EKS cluster: its flags can neither be seen nor set.' },
  gke: { en: 'Google runs this part of a GKE cluster: its flags can neither be seen nor set.' },
  aks: { en: 'Microsoft runs this part of an AKS cluster: its flags can neither be seen nor set.' },
  notVisible: {
    en: 'No pod of it could be seen in kube-system. Where it runs as a process of the host (k3s, an etcd outside the cluster), look at the flags there.',
  },
  shell: { en: 'It is started through a shell, which hides its flags.' },
  noPod: {
    en: 'This control-plane node shows no pod of it. After a restart it may be away for a minute or two: look again, then look on the node.',
  },
  nodesHidden: { en: 'The nodes may not be listed, so a control-plane node without its pod would not be noticed.' },
  configFile: { en: 'It is said in a file on the node, which cannot be seen from here.' },
}

type Engine = keyof typeof BLIND_MESSAGES

/** `reads`, `messages`, `evaluate` and `examples` of a check over flags; a finding for each instance. */
export function overFlags<const M extends string>(rules: FlagRules<M>) {
  return {
    reads: ['pods'] as const,
    helps: ['nodes', 'apiServers'] as const,
    messages: { ...rules.messages, ...BLIND_MESSAGES, ...rules.managed } as { readonly [K in M | Engine]: Text },
    examples: {
      bad: podYaml(rules.component, [...(rules.also ?? []), ...rules.bad]),
      good: podYaml(rules.component, [...(rules.also ?? []), ...rules.good]),
    },
    evaluate: (lists: ControlPlaneLists, context: CheckContext): Iterable<Finding<M | Engine>> => evaluate(rules, lists, context),
  }
}

function* evaluate<M extends string>(rules: FlagRules<M>, lists: ControlPlaneLists, context: CheckContext): Iterable<Finding<M | Engine>> {
  const { seen, blind } = componentSight(lists, rules.component, context)
  for (const instance of seen) {
    const path = instance.pod.kind === 'Pod' ? 'spec.containers[0].command' : 'flags'
    yield finding(instance.pod, path, rules.judge(instance, lists))
  }
  const told = seen.length > 0 ? [] : lists.apiServers.map((server) => ({ server, verdict: rules.fromMetrics?.(server) }))
  for (const { server, verdict } of told) if (verdict !== undefined) yield finding(refTo('apiServers', server), 'metrics', verdict)
  if (told.length > 0 && told.every(({ verdict }) => verdict !== undefined)) return
  for (const { object, why } of blind)
    yield { status: isManaged(why) && rules.managed === undefined ? 'not-applicable' : 'unknown', object, message: why }
}

function isManaged(why: Blind): why is Managed {
  return why === 'eks' || why === 'gke' || why === 'aks'
}

function finding<M extends string>(object: ObjectRef, path: string, { status, message, saw }: Verdict<M>): Finding<M> {
  return { status, object, path, message, params: { saw: saw ?? '' }, ...(saw === undefined ? {} : { saw }) }
}

/** `--flag=value` as it was given, or `no --flag`. */
export function given(instance: Instance, name: string): string {
  const value = flag(instance, name)
  return value === undefined ? `no --${name}` : `--${name}=${value}`
}

type GoodBad = 'good' | 'bad'

/** The switch must be as wanted; `unset` says what it is without being given. */
export function mustBe(wanted: boolean, name: string, unset: boolean) {
  return (instance: Instance): Verdict<GoodBad> => {
    const is = flagSwitch(instance, name) ?? unset
    return { status: is === wanted ? 'pass' : 'fail', message: is === wanted ? 'good' : 'bad', saw: given(instance, name) }
  }
}

/** Every one of these flags must be given a value. */
export function mustHave(...names: readonly string[]) {
  return (instance: Instance): Verdict<GoodBad> => {
    const absent = names.filter((name) => (flag(instance, name) ?? '') === '')
    const saw = (absent.length > 0 ? absent : names).map((name) => given(instance, name)).join(' ')
    return absent.length === 0 ? { status: 'pass', message: 'good', saw } : { status: 'fail', message: 'bad', saw }
  }
}

/** A number must be given and be at least this. */
export function atLeast(least: number, name: string) {
  return (instance: Instance): Verdict<GoodBad> => {
    const value = Number(flag(instance, name) ?? Number.NaN)
    return value >= least
      ? { status: 'pass', message: 'good', saw: given(instance, name) }
      : { status: 'fail', message: 'bad', saw: given(instance, name) }
  }
}

/** etcd ignores its command line where a file configures it. */
export function fromFlags<M extends string>(judge: (instance: Instance) => Verdict<M>) {
  return (instance: Instance): Verdict<M | 'file'> =>
    (flag(instance, 'config-file') ?? '') === ''
      ? judge(instance)
      : { status: 'unknown', message: 'file', saw: given(instance, 'config-file') }
}

/** Seconds of a duration as Go writes it (`1m0s`, `1h`); undefined for what is none. */
export function secondsOf(duration: string): number | undefined {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 }
  if (/^0+$/.test(duration)) return 0
  if (!/^(\d+(\.\d+)?(h|m|s|ms|us|ns))+$/.test(duration)) return undefined
  return [...duration.matchAll(/([\d.]+)(h|ms|m|s|us|ns)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0),
    0,
  )
}

/** Of the plugins asked for here, those that run without being told to. Source: kubernetes pkg/kubeapiserver/options/plugins.go. */
const ON_BY_DEFAULT = ['NamespaceLifecycle', 'ServiceAccount']

/** Does this API server run an admission plugin? A plugin that is enabled and disabled at once keeps the server from starting. */
export function hasPlugin(instance: Instance, plugin: string): boolean {
  if (flagList(instance, 'disable-admission-plugins').includes(plugin)) return false
  return ON_BY_DEFAULT.includes(plugin) || flagList(instance, 'enable-admission-plugins').includes(plugin)
}

/** An admission plugin must be on, or off. */
export function pluginMustBe(wanted: boolean, plugin: string) {
  return (instance: Instance): Verdict<GoodBad> => {
    const is = hasPlugin(instance, plugin)
    const lists = ['enable-admission-plugins', 'disable-admission-plugins'].filter((name) => flag(instance, name) !== undefined)
    const saw = lists.length === 0 ? 'no --enable-admission-plugins' : lists.map((name) => given(instance, name)).join(' ')
    return is === wanted ? { status: 'pass', message: 'good', saw } : { status: 'fail', message: 'bad', saw }
  }
}

/** A plugin that has run is on; one that has not may only not have been needed yet. */
export function pluginHasRun(plugin: string) {
  return ({ admissionPlugins }: Item<'apiServers'>): Verdict<'good'> | undefined =>
    admissionPlugins.includes(plugin) ? { status: 'pass', message: 'good', saw: `${plugin} in its metrics` } : undefined
}

/** A static pod as kubeadm writes it, with these flags. */
export function podYaml(component: Component, flags: readonly string[]): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${component}-cp1
  namespace: kube-system
  annotations:
    kubernetes.io/config.mirror: 0f1e
spec:
  nodeName: cp1
  containers:
    - name: ${component}
      command:
        - ${component}
${flags.map((one) => `        - ${JSON.stringify(one)}\n`).join('')}`
}

/** Where a flag is set, in the words of a fix. */
export const IN_MANIFEST: { readonly [C in Component]: string } = {
  'kube-apiserver':
    'in /etc/kubernetes/manifests/kube-apiserver.yaml, on one control-plane node after the other; each restart takes that API server away for about 40 s',
  'kube-controller-manager':
    'in /etc/kubernetes/manifests/kube-controller-manager.yaml on each control-plane node; it restarts and elects a leader anew',
  'kube-scheduler': 'in /etc/kubernetes/manifests/kube-scheduler.yaml on each control-plane node; new pods wait for some seconds meanwhile',
  etcd: 'in /etc/kubernetes/manifests/etcd.yaml, on one member after the other, waiting until it is healthy again: the cluster must keep its quorum',
}
