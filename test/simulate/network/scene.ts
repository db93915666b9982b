import type { NodeEnd, PodEnd } from '../../../src/simulate/network/endpoints.ts'
import type { randomOf, Scene } from './random.ts'

type Random = ReturnType<typeof randomOf>

export const SCENE: Omit<Scene, 'ips'> = {
  namespaces: [
    { name: 'ra', labels: { team: 'red', stage: 'live' } },
    { name: 'rb', labels: { team: 'blue', stage: 'live' } },
    { name: 'rc', labels: { team: 'blue' } },
  ],
  labels: { app: ['web', 'api', 'db'], tier: ['front', 'back'] },
  ports: [
    { port: 8080, protocol: 'TCP' },
    { port: 8081, protocol: 'TCP' },
    { port: 8080, protocol: 'UDP' },
  ],
  names: ['http', 'talk', 'nothing'],
}
export const NAMESPACES = new Map(SCENE.namespaces.map((n) => [n.name, n.labels]))

/** Pods with random labels and named ports, on two nodes. */
export function randomPods(random: Random, count: number): PodEnd[] {
  return Array.from({ length: count }, (_, i) => ({
    kind: 'pod' as const,
    namespace: random.pick(SCENE.namespaces).name,
    name: `pod-${i}`,
    labels: {
      ...(random.chance(0.8) ? { app: random.pick(['web', 'api', 'db']) } : {}),
      ...(random.chance(0.5) ? { tier: random.pick(['front', 'back']) } : {}),
      unique: String(i),
    },
    ip: `10.244.0.${i + 2}`,
    node: random.pick(['one', 'two']),
    named: random.chance(0.5) ? [{ name: random.pick(['http', 'talk']), ...random.pick(SCENE.ports), sure: true }] : [],
  }))
}

/** Pods on the network of their node, one of a node that is not known. */
export const HOSTS: readonly NodeEnd[] = ['one', 'two', undefined].map((node, i) => ({
  kind: 'node',
  ...(node === undefined ? {} : { node }),
  ips: [`10.250.0.${i + 2}`],
  pod: { namespace: 'ra', name: `host-${i}`, labels: { app: 'web' } },
  named: [],
}))
