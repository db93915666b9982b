import { describe, expect, test } from 'vitest'
import type { CheckContext } from '#model/check.ts'
import { KINDS } from '#model/kinds.ts'
import type { Distribution } from '#model/state.ts'
import { flag, flagList } from '#simulate/controlPlane.ts'
import { componentSight } from '#simulate/controlPlaneSight.ts'

const context = (hidden: CheckContext['hidden'] = new Set(), distribution: Distribution = 'kubeadm'): CheckContext => ({
  now: new Date(0),
  cluster: { name: 't', distribution },
  complete: true,
  hidden,
})
const pod = (node: string, command: readonly string[], more: object = {}) =>
  KINDS.pods.schema.parse({
    metadata: { name: `${command[0]}-${node}`, namespace: 'kube-system', uid: 'u', annotations: { 'kubernetes.io/config.mirror': 'x' } },
    spec: { nodeName: node, containers: [{ name: command[0], command, ...more }] },
  })
const node = (name: string, role?: string) =>
  KINDS.nodes.schema.parse({ metadata: { name, labels: role === undefined ? {} : { [`node-role.kubernetes.io/${role}`]: '' } } })
const server = (name: string, flags?: object) => KINDS.apiServers.schema.parse({ metadata: { name }, flags })
const sight = (
  lists: Partial<Parameters<typeof componentSight>[0]>,
  c = context(),
  component: Parameters<typeof componentSight>[1] = 'kube-apiserver',
) => componentSight({ pods: [], nodes: [], apiServers: [], ...lists }, component, c)
const whys = ({ blind }: ReturnType<typeof componentSight>) => blind.map(({ object, why }) => `${object.name} ${why}`)

describe('where a component can be seen', () => {
  test('every control-plane node, and one whose pod is away is not left out', () => {
    const seen = sight({
      pods: [pod('cp1', ['kube-apiserver', '--profiling=false'])],
      nodes: [node('cp1', 'control-plane'), node('cp2', 'control-plane'), node('cp3', 'master'), node('w1')],
    })
    expect(seen.seen.map((one) => one.node)).toEqual(['cp1'])
    expect(whys(seen)).toEqual(['cp2 noPod', 'cp3 noPod'])
  })

  test('that there are no more control-plane nodes is only known where nodes may be listed', () => {
    const pods = [pod('cp1', ['kube-apiserver'])]
    expect(whys(sight({ pods }, context(new Set(['nodes']))))).toEqual(['kube-system nodesHidden'])
    expect(whys(sight({ pods, nodes: [node('cp1', 'control-plane')] }))).toEqual([])
  })

  test('a start through a shell hides one server, not the others', () => {
    const seen = sight({
      pods: [pod('cp1', ['kube-apiserver']), pod('cp2', ['sh', '-c', 'kube-apiserver --x'], { name: 'kube-apiserver' })],
    })
    expect(seen.seen.map((one) => one.node)).toEqual(['cp1'])
    expect(whys(seen)).toEqual(['sh-cp2 shell'])
  })

  test('without pods the only API server’s own /flagz tells, with several behind one address nothing does', () => {
    const flags = { profiling: 'true', 'authorization-mode': '[Node,RBAC]', 'token-auth-file': '', 'enable-admission-plugins': '[]' }
    const [only] = sight({ apiServers: [server('a', flags)] }).seen
    expect(only === undefined ? undefined : [flag(only, 'profiling'), flagList(only, 'authorization-mode')]).toEqual([
      'true',
      ['Node', 'RBAC'],
    ])
    expect(only?.flags.has('token-auth-file')).toBe(false)
    expect(only?.flags.has('enable-admission-plugins')).toBe(false)
    expect(only?.pod.kind).toBe('ApiServerProbe')
    const several = sight({ apiServers: [server('a'), server('b')] })
    expect(several.seen).toEqual([])
    expect(whys(several)).toEqual(['kube-system notVisible'])
    expect(sight({ apiServers: [server('a', flags)] }, context(), 'kube-scheduler').seen).toEqual([])
  })

  test('managed control planes are named as the provider’s', () => {
    for (const distribution of ['eks', 'gke', 'aks'] as const)
      expect(whys(sight({}, context(new Set(), distribution)))).toEqual([`kube-system ${distribution}`])
    expect(whys(sight({}, context(new Set(), 'k3s')))).toEqual(['kube-system notVisible'])
  })

  test('etcd takes from its environment what its command line leaves out', () => {
    const env = [
      { name: 'ETCD_CLIENT_CERT_AUTH', value: 'true' },
      { name: 'ETCD_CERT_FILE', value: '/env' },
      { name: 'ETCD_INITIAL_CLUSTER_TOKEN', value: 'hunter22' },
      { name: 'ETCD_NAME', valueFrom: { fieldRef: {} } },
    ]
    const [etcd] = sight({ pods: [pod('cp1', ['etcd', '--cert-file=/flag'], { env })] }, context(), 'etcd').seen
    expect(etcd === undefined ? {} : Object.fromEntries(etcd.flags)).toEqual({ 'client-cert-auth': ['true'], 'cert-file': ['/flag'] })
  })
})
