import type { z } from 'zod'
import { itemsOf, type State } from '#model/state.ts'
import { controlPlane, flag } from '#simulate/controlPlane.ts'
import { destinationOf, etcdBackups } from '#simulate/etcdBackup.ts'
import { controlPlaneNodes } from '../shared/cluster.ts'
import type { questions } from './questions.ts'

/** From the backup that is there, and from the static pods of etcd and the API server. */
export function defaults(state: State): Partial<z.input<typeof questions>> {
  const pods = itemsOf(state, 'pods')
  const etcd = controlPlane(pods, 'etcd')?.[0]
  const server = controlPlane(pods, 'kube-apiserver')?.[0]
  const metrics = etcd === undefined ? undefined : flag(etcd, 'listen-metrics-urls')?.split(',')[0]
  const nodes = controlPlaneNodes(state)
  return {
    ...ofBackup(state),
    encryptionFile: server === undefined ? undefined : flag(server, 'encryption-provider-config'),
    ...(nodes.length > 1 ? { onNode: nodes[0] } : {}),
    ...tagged('etcdImage', etcd?.image),
    ...tagged('apiServerImage', server?.image),
    ...(metrics !== undefined && /^http:\/\/[\w.:[\]-]+$/.test(metrics) ? { liveMetrics: metrics } : {}),
  }
}

function tagged(name: 'etcdImage' | 'apiServerImage', image: string | undefined) {
  return image !== undefined && /[:@]/.test(image) && !image.endsWith(':latest') ? { [name]: image } : {}
}

/** Where the first CronJob that saves etcd puts its file. */
function ofBackup(state: State): Partial<z.input<typeof questions>> {
  const job = etcdBackups(itemsOf(state, 'cronJobs')).find((b) => b.saving === 'saves')?.job
  if (job === undefined) return {}
  const spec = job.spec.jobTemplate.spec.template.spec
  const file = spec.initContainers
    .concat(spec.containers)
    .flatMap((c) => [...c.command, ...c.args])
    .map((word) => /^\/backup\/([A-Za-z0-9][\w.-]*)$/.exec(word)?.[1])
    .find((name) => name !== undefined)
  const destination = destinationOf(spec)
  return {
    inNamespace: job.metadata.namespace,
    secretNamespace: job.metadata.namespace,
    ...(file === undefined ? {} : { snapshotFile: file }),
    ...(destination.kind === 'node' ? { storage: 'node-folder', folder: destination.path } : {}),
    ...(destination.kind === 'claim' ? { storage: 'volume-claim', claim: destination.claim } : {}),
  }
}
