import type { Json, KubeObject } from '#model/refs.ts'

type JsonMap = { readonly [key: string]: Json | undefined }

/** What the API server gives to a new object itself, and refuses to be given. */
const OF_THE_SERVER = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]

/** A stored object as it could be sent to be made once more, under the same name. */
export function madeAgain(live: KubeObject): KubeObject {
  const { status: _, ...rest } = live
  const made: KubeObject = { ...rest, metadata: { ...without(live.metadata, OF_THE_SERVER), name: live.metadata.name } }
  const spec = map(made.spec)
  if (spec === undefined) return made
  const kind = `${made.apiVersion} ${made.kind}`
  if (kind === 'v1 Service') return { ...made, spec: service(spec) }
  if (kind === 'v1 Pod') return { ...made, spec: without(spec, ['ephemeralContainers']) }
  if (kind === 'batch/v1 Job') return { ...made, spec: job(spec) }
  return made
}

/** Addresses and node ports are taken, by the very Service. */
function service(spec: JsonMap): JsonMap {
  const ports = Array.isArray(spec.ports) ? spec.ports.map((port) => without(map(port) ?? {}, ['nodePort'])) : spec.ports
  const addresses = spec.clusterIP === 'None' ? [] : ['clusterIP', 'clusterIPs']
  return { ...without(spec, [...addresses, 'healthCheckNodePort']), ...(ports === undefined ? {} : { ports }) }
}

const TIED = ['controller-uid', 'job-name', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name']

/** The selector of a Job is made from its uid. */
function job(spec: JsonMap): JsonMap {
  if (spec.manualSelector === true) return spec
  const template = map(spec.template)
  const metadata = map(template?.metadata)
  const labels = map(metadata?.labels)
  const untied = labels === undefined ? template : { ...template, metadata: { ...metadata, labels: without(labels, TIED) } }
  return { ...without(spec, ['selector']), ...(untied === undefined ? {} : { template: untied }) }
}

function without(value: JsonMap, keys: readonly string[]): JsonMap {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))
}

function map(value: Json | undefined): JsonMap | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonMap) : undefined
}
