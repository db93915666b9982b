import type { z } from 'zod'
import { itemsOf, type State } from '#model/state.ts'
import type { Component, Instance } from '#simulate/controlPlane.ts'
import { controlPlaneNodes } from '../shared/cluster.ts'
import { instancesOf } from '../shared/node/now.ts'
import { checkOf, type Opened } from '../shared/opened.ts'
import type { questions } from './questions.ts'
import { isDone, SETTING_IDS, SETTINGS, type SettingId } from './settings.ts'

/** The instance on a node; on another one where that was not seen (all are made from one configuration). */
export function instanceOn(state: State, component: Component, node: string): Instance | undefined {
  const all = instancesOf(state, component)
  return all.find((i) => i.node === node) ?? all[0]
}

/** Services that take traffic for addresses of their own choice. */
export function externalIpServices(state: State): string[] {
  return itemsOf(state, 'services')
    .filter((s) => s.spec.externalIPs.length > 0)
    .map((s) => `${s.metadata.namespace}/${s.metadata.name}`)
    .toSorted()
}

/** Every kubelet asks the cluster for its serving certificate, and each node got one. */
export function kubeletsSigned(state: State): boolean {
  const kubelets = itemsOf(state, 'kubelets')
  const nodes = itemsOf(state, 'nodes')
  return (
    nodes.length > 0 &&
    nodes.every((n) => kubelets.some((k) => k.metadata.name === n.metadata.name && k.config.serverTLSBootstrap === true))
  )
}

/** What this cluster does not have yet and is safe here; the one of the finding where it is opened on one. */
export function defaults(state: State, finding?: Opened): Partial<z.input<typeof questions>> {
  const check = checkOf(finding)
  const opened = SETTING_IDS.find((id) => SETTINGS[id].check === check)
  const settings = opened === undefined ? suggested(state) : [opened]
  return { way: 'by-hand', ...(settings.length === 0 ? {} : { settings }), nodes: controlPlaneNodes(state) }
}

function suggested(state: State): SettingId[] {
  return SETTING_IDS.filter((id) => {
    const { usual, component, change } = SETTINGS[id]
    if (!usual || (id === 'deny-external-ips' && externalIpServices(state).length > 0)) return false
    const instances = instancesOf(state, component)
    // Without its flags neither plugins nor what a file excludes can be told.
    if (instances.length === 0) return change.kind === 'flag' || change.kind === 'switch'
    return instances.some((instance) => !isDone(id, instance))
  })
}
