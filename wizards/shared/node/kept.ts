import { type Document, isMap, isScalar, isSeq, parseDocument, YAMLMap, type YAMLSeq } from 'yaml'
import type { Change } from '#model/change.ts'
import type { KubeletSetting, NodeComponent, NodePlan } from '#model/node.ts'
import { itemsOf, type State } from '#model/state.ts'

/** A ConfigMap of kubeadm's with the text that it holds now and shall hold. */
export interface Kept {
  readonly name: 'kubeadm-config' | 'kubelet-config'
  readonly key: string
  readonly before: string
  readonly after: string
}

/** The ConfigMap changed from the session. */
export function edited({ name, key, after }: Kept): Change {
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name }
  return { kind: 'edit', ref, edits: [{ op: 'set', path: ['data', key], value: after }] }
}

/**
 * kubeadm-config with the flags and mounts of these plans; undefined where it was not seen whole, is not kubeadm's, or says so
 * already. Comments and order stay.
 */
export function keptFlags(state: State, plans: readonly NodePlan[]): Kept | undefined {
  return changed(state, 'kubeadm-config', 'ClusterConfiguration', (document) => plans.every((plan) => putPlan(document, plan)))
}

/** kubelet-config with these settings; `kubeadm upgrade node` brings it to each node. */
export function keptSettings(state: State, settings: readonly KubeletSetting[]): Kept | undefined {
  return changed(state, 'kubelet-config', 'kubelet', (document) => {
    for (const { path, value } of settings) {
      if (value === undefined) document.deleteIn(path)
      else document.setIn(path, document.createNode(value))
    }
    return true
  })
}

function changed(state: State, name: Kept['name'], key: string, change: (document: Document) => boolean): Kept | undefined {
  const found = itemsOf(state, 'systemConfigs').find((c) => c.metadata.name === name && c.metadata.namespace === 'kube-system')
  const before = found?.documents[key]
  // A text in which something was replaced must never be written back.
  if (found === undefined || before === undefined || found.redacted.includes(key)) return undefined
  try {
    const document = parseDocument(before)
    if (document.errors.length > 0 || !isMap(document.contents) || !change(document)) return undefined
    const after = document.toString({ lineWidth: 0 })
    if (JSON.stringify(document.toJS()) === JSON.stringify(parseDocument(before).toJS())) return undefined
    return { name, key, before, after }
  } catch {
    return undefined // no configuration of kubeadm's: an alias, a list where a map belongs
  }
}

const SECTION: { readonly [C in NodeComponent]?: readonly string[] } = {
  'kube-apiserver': ['apiServer'],
  'kube-controller-manager': ['controllerManager'],
  'kube-scheduler': ['scheduler'],
  etcd: ['etcd', 'local'],
}

/** v1beta4 has its flags as a list of names and values, older ones as a map. False where the document is neither. */
function putPlan(document: Document, plan: NodePlan): boolean {
  const section = SECTION[plan.component]
  if (section === undefined) return true
  const version = String(document.get('apiVersion'))
  if (!/^kubeadm\.k8s\.io\/v1beta[34]$/.test(version)) return false
  const args = [...section, 'extraArgs']
  for (const { name, value } of plan.flags) {
    if (version.endsWith('v1beta4')) putNamed(document, args, name, value === undefined ? undefined : { name, value })
    else if (value === undefined) document.deleteIn([...args, name])
    else {
      opened(document, [...args, name])
      document.setIn([...args, name], value)
    }
  }
  for (const { name } of plan.unmounts ?? []) putNamed(document, [...section, 'extraVolumes'], name, undefined)
  for (const { name, hostPath, mountPath, readOnly, type } of plan.mounts)
    putNamed(document, [...section, 'extraVolumes'], name, { name, hostPath, mountPath, readOnly, pathType: type })
  return true
}

/** An empty map on the way there is written as `{}`: what comes into it shall not stand in that one line. */
function opened(document: Document, path: readonly string[]): void {
  for (const [i] of path.entries()) {
    const map = i === 0 ? document.contents : document.getIn(path.slice(0, i))
    if (isMap(map) && map.items.length === 0) map.flow = false
  }
}

/** An entry of a list that is told apart by `name`: replaced, added, or taken away. */
function putNamed(document: Document, path: readonly string[], name: string, entry: object | undefined): void {
  const list = document.getIn(path)
  if (!isSeq(list)) {
    if (entry === undefined) return
    opened(document, path)
    document.setIn(path, document.createNode([entry]))
    return
  }
  const items = (list as YAMLSeq).items.filter((item) => !(item instanceof YAMLMap && nameOf(item) === name))
  ;(list as YAMLSeq).items = entry === undefined ? items : [...items, document.createNode(entry)]
  if ((list as YAMLSeq).items.length === 0) document.deleteIn(path)
}

function nameOf(item: YAMLMap): unknown {
  const name = item.get('name', true)
  return isScalar(name) ? name.value : undefined
}
