import { defineCheck, type Finding } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { parseFlags } from '#simulate/controlPlane.ts'
import { CLUSTER, refTo } from '#simulate/workloadsRefs.ts'

type Messages = 'good' | 'bad' | 'file' | 'none' | 'hidden'

const LOCAL = /^(127\.\d+\.\d+\.\d+|\[::1\]|::1|localhost)(:\d+)?$/

/** kube-proxy by its ConfigMap (kubeadm), or by the flags of its pods. Without a word it listens on 127.0.0.1:10249. */
export const check = defineCheck({
  id: 'nodes/kube-proxy-metrics',
  severity: 'medium',
  controls: { topic: ['T13', 'T22'], cis: ['4.3.1'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'kube-proxy shows its metrics to its own node only' },
    why: {
      en: 'The metrics port of kube-proxy takes no credentials. Open to the network it tells everybody which Services and versions there are, and with /debug/pprof lets them slow the node down.',
    },
    fix: {
      en: 'Take metricsBindAddress out of config.conf in the ConfigMap kube-system/kube-proxy, or set it to 127.0.0.1:10249, then restart the DaemonSet. A Prometheus that reads it over the network no longer reaches it: put a proxy with credentials in front, or accept this finding.',
    },
  },
  reads: ['systemConfigs', 'pods'],
  messages: {
    good: { en: 'Listens on its own node only: {saw}.' },
    bad: { en: 'Listens for the network: {saw}.' },
    file: { en: 'It is said in the file of {saw}, which cannot be seen from here.' },
    none: { en: 'No kube-proxy runs in kube-system: another component does its work.' },
    hidden: { en: 'Here kube-proxy is no pod but a part of another process: look at its flags on the node.' },
  },
  *evaluate({ systemConfigs, pods }, { cluster }): Iterable<Finding<Messages>> {
    const config = systemConfigs.find(({ metadata }) => metadata.name === 'kube-proxy')
    const text = config?.documents['config.conf']
    const proxies = pods.filter(({ metadata, spec }) => metadata.namespace === 'kube-system' && spec.containers.some(isProxy))
    if (config !== undefined && text !== undefined) {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: config.metadata.name }
      yield judge(object, 'data.config.conf', 'metricsBindAddress', addressIn(text))
    } else if (proxies.length > 0) for (const pod of proxies) yield ofPod(pod)
    else if (cluster.distribution === 'k3s' || cluster.distribution === 'microk8s')
      yield { status: 'unknown', object: CLUSTER, message: 'hidden' }
    else yield { status: 'not-applicable', object: CLUSTER, message: 'none' }
  },
  examples: {
    bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: kube-proxy
  namespace: kube-system
data:
  config.conf: |
    apiVersion: kubeproxy.config.k8s.io/v1alpha1
    kind: KubeProxyConfiguration
    metricsBindAddress: 0.0.0.0:10249
`,
    good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: kube-proxy
  namespace: kube-system
data:
  config.conf: |
    apiVersion: kubeproxy.config.k8s.io/v1alpha1
    kind: KubeProxyConfiguration
    metricsBindAddress: ""
`,
  },
})

const isProxy = ({ name, command, args }: Item<'pods'>['spec']['containers'][number]) =>
  name === 'kube-proxy' || [...command, ...args].some((word) => /(^|\/)kube-proxy$/.test(word))

function ofPod(pod: Item<'pods'>): Finding<Messages> {
  const container = pod.spec.containers.find(isProxy)
  const flags = parseFlags([...(container?.command ?? []), ...(container?.args ?? [])].filter((word) => !word.endsWith('kube-proxy')))
  const file = flags.get('config')?.at(-1) ?? ''
  const object = refTo('pods', pod)
  if (file !== '') return { status: 'unknown', object, message: 'file', params: { saw: `--config=${file}` } }
  return judge(object, 'spec.containers[0].command', '--metrics-bind-address', flags.get('metrics-bind-address')?.at(-1) ?? '')
}

function judge(object: Finding['object'], path: string, name: string, address: string): Finding<Messages> {
  const good = address === '' || LOCAL.test(address)
  const saw = address === '' ? `no ${name}` : `${name} ${address}`
  return { status: good ? 'pass' : 'fail', object, path, saw, message: good ? 'good' : 'bad', params: { saw } }
}

/** A field of the first level, as kubeadm prints it. */
function addressIn(text: string): string {
  return /^"?metricsBindAddress"?:[ \t]*["']?([^"'#\s]*)/m.exec(text)?.[1] ?? ''
}
