/**
 * Where the bench's node differs from a node that kubeadm 1.36 makes with its defaults, and what stands there in the practice
 * cluster. An entry that finds nothing while recording is an error: then the bench has changed, and this table has to.
 */
interface Difference {
  readonly from: RegExp
  readonly to: string
  readonly why: string
}

/** What the practice cluster is called; three nodes in a network of their own. */
export const CONTROL_PLANE = { name: 'cp-1', address: '10.10.0.10' }
export const WORKERS = [
  { name: 'worker-1', address: '10.10.0.11', podCIDR: '10.244.1.0/24' },
  { name: 'worker-2', address: '10.10.0.12', podCIDR: '10.244.2.0/24' },
]

/** The names in the API server's certificate that the bench adds (127.0.0.1, to be reached from the machine). */
export const EXTRA_NAMES = 1

/** Of the machine that the bench runs on, which differs from one to the next. */
export const MACHINE = {
  allocatable: { cpu: '4', memory: '8012340Ki', pods: '110', 'ephemeral-storage': '94992122264' },
  kernelVersion: '6.12.41+deb13-amd64',
  osImage: 'Debian GNU/Linux 13 (trixie)',
}

function differences({ name, address }: Bench): readonly Difference[] {
  const bench = escaped(name)
  return [
    { from: /registry\.kubeharden\.test\/coredns:/g, to: 'registry.k8s.io/coredns/coredns:', why: 'images are made by the bench' },
    { from: /registry\.kubeharden\.test\/kube-router:/g, to: 'docker.io/cloudnativelabs/kube-router:', why: 'as above' },
    { from: /registry\.kubeharden\.test/g, to: 'registry.k8s.io', why: 'as above' },
    { from: /^apiServer:\n {2}certSANs:\n {2}- 127\.0\.0\.1\n/m, to: 'apiServer: {}\n', why: 'reached from the machine by 127.0.0.1' },
    { from: /^dns:\n {2}imageTag: .*\n/m, to: 'dns: {}\n', why: 'kubeadm cannot ask a registry for the tag' },
    { from: /^ {4}imageTag: .*\n/m, to: '', why: 'as above, of etcd' },
    { from: new RegExp(`(--cluster-name=|clusterName: )${bench}\\b`, 'g'), to: '$1kubernetes', why: 'clusters stand side by side' },
    { from: /(--cluster-cidr=|podSubnet: |clusterCIDR: )10\.244\.0\.0\/24/g, to: '$110.244.0.0/16', why: 'one node needs one range' },
    { from: /10\.96\.0\.0\/16/g, to: '10.96.0.0/12', why: 'smaller than the default' },
    { from: /^cgroupDriver: cgroupfs\n/m, to: 'cgroupDriver: systemd\n', why: 'there is no systemd' },
    { from: /^cgroupRoot: .*\n/m, to: '', why: 'each cluster has a cgroup of its own' },
    { from: /^failCgroupV1: false\n/m, to: '', why: 'the machine may have cgroup v1' },
    { from: /^failSwapOn: false\n/m, to: '', why: 'the machine may have swap' },
    { from: /^mode: iptables$/m, to: 'mode: ""', why: 'said outright, though it is the default on Linux' },
    { from: /^ {2}maxPerCore: 0$/m, to: '  maxPerCore: null', why: 'conntrack limits are the whole machine’s' },
    { from: /--run-router=false/g, to: '--run-router=true', why: 'three nodes need routes to each other’s pods' },
    { from: /^(containerd:\/\/[\d.]+)\+unknown$/, to: '$1', why: 'built from its Go module, without a release' },
    {
      from: /^\/etc\/systemd\/system\/kubelet\.service\.d\//,
      to: '/usr/lib/systemd/system/kubelet.service.d/',
      why: 'where the package puts it',
    },
    { from: new RegExp(`\\b${escaped(address)}\\b`, 'g'), to: CONTROL_PLANE.address, why: 'each cluster has a network of its own' },
    { from: new RegExp(`(?<![\\w.])${bench}(?![\\w.]|-\\w)`, 'g'), to: CONTROL_PLANE.name, why: 'the node is called as its cluster' },
  ]
}

interface Bench {
  readonly name: string
  readonly address: string
}

export interface Stock {
  /** A value with every text in it as a stock node would have it. */
  readonly of: <T>(value: T) => T
  /** Entries of the table that have found nothing so far. */
  readonly unused: () => readonly string[]
}

export function stockOf(bench: Bench): Stock {
  const table = differences(bench)
  const used = new Set<Difference>()
  const text = (value: string): string =>
    table.reduce((now, entry) => {
      if (now.search(entry.from) < 0) return now
      used.add(entry)
      return now.replace(entry.from, entry.to)
    }, value)
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map(deep)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deep(item)]))
  }
  return {
    of: <T>(value: T) => deep(value) as T,
    unused: () => table.filter((entry) => !used.has(entry)).map(({ from, why }) => `${from} (${why})`),
  }
}

const escaped = (text: string): string => text.replace(/[.\\-]/g, '\\$&')
