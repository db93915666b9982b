import type { Container, PodSpec } from '#model/objects/workload.ts'
import type { PodLike } from '../podSecurity/pod.ts'

/** What the API server itself mounts into each pod, under a name of its own in each. */
const TOKEN_VOLUME = /^kube-api-access-[a-z0-9]{5}$/

/**
 * What of a pod its owner's checks look at, as one string: the same for all replicas, however they are called and wherever
 * they run. Two pods with one face get the same findings.
 */
export function faceOf({ annotations, spec }: PodLike): string {
  return JSON.stringify([
    Object.entries(annotations)
      .filter(([, value]) => value !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    spec.initContainers.map(containerFace),
    spec.containers.map(containerFace),
    (spec.ephemeralContainers ?? []).map(containerFace),
    ordered(spec.securityContext),
    [spec.hostNetwork === true, spec.hostPID === true, spec.hostIPC === true, spec.shareProcessNamespace === true],
    [spec.hostUsers ?? null, spec.os?.name ?? null, spec.runtimeClassName ?? null],
    spec.volumes.filter(({ name }) => !TOKEN_VOLUME.test(name)).map(volumeFace),
    ordered(spec.resources ?? null),
  ])
}

/** Claims are called after the pod that has them. */
function volumeFace(volume: PodSpec['volumes'][number]): unknown {
  return [
    volume.name,
    volume.type === 'persistentVolumeClaim' || volume.type === 'ephemeral' ? 'claim' : volume.type,
    volume.hostPath?.path,
  ]
}

function containerFace(container: Container): unknown {
  const { name, image, command, args, ports, resources, securityContext, volumeMounts, restartPolicy } = container
  const mounts = volumeMounts.filter((mount) => !TOKEN_VOLUME.test(mount.name)).map(ordered)
  return [name, image, command, args, ports.map(ordered), ordered(resources), ordered(securityContext), mounts, restartPolicy ?? null]
}

/** Keys in one order: an object that came another way is the same object. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, v]) => [key, ordered(v)])
}
