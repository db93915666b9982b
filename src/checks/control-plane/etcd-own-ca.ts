import { defineCheck } from '#model/check.ts'
import { componentPods, flag, type Instance } from '#simulate/controlPlane.ts'
import type { ControlPlaneLists } from '#simulate/controlPlaneSight.ts'
import { fromFlags, given, IN_MANIFEST, overFlags, podYaml, type Verdict } from './flag.ts'

const CA = 'trusted-ca-file'
const own = overFlags({
  component: 'etcd',
  messages: {
    good: { en: 'Trusts a CA of its own: {saw}. That the file holds another CA than the cluster’s can only be seen on the node.' },
    bad: { en: 'Names no CA for its clients: {saw}.' },
    shared: { en: 'Trusts the CA of the whole cluster: {saw}. Every client certificate of the cluster opens etcd.' },
    unseen: { en: 'Trusts {saw}, but no API server shows which CA it trusts itself.' },
    file: { en: 'etcd takes its settings from the file of {saw} and ignores its flags: look there.' },
  },
  bad: [`--${CA}=/etc/kubernetes/pki/ca.crt`],
  good: [`--${CA}=/etc/kubernetes/pki/etcd/ca.crt`],
  judge,
})
const SERVER = podYaml('kube-apiserver', ['--client-ca-file=/etc/kubernetes/pki/ca.crt'])

/** By the paths alone (CIS 2.7). kube-bench only looks whether etcd names any CA, so that it passes the cluster's own. */
export const check = defineCheck({
  id: 'control-plane/etcd-own-ca',
  severity: 'medium',
  controls: { topic: ['T15'], cis: ['2.7'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'etcd has a CA of its own' },
    why: {
      en: 'Where etcd trusts the cluster’s CA, every client certificate that this CA ever signed, for any person or kubelet, reads and writes all of etcd.',
    },
    fix: {
      en: `Make a CA for etcd alone (kubeadm does: etcd/ca.crt), sign the certificates of etcd, its peers and the API server’s etcd client with it, and set --${CA} and --peer-${CA} ${IN_MANIFEST.etcd}.`,
    },
  },
  ...own,
  examples: { bad: `${own.examples.bad}---\n${SERVER}`, good: `${own.examples.good}---\n${SERVER}` },
})

function judge(instance: Instance, lists: ControlPlaneLists): Verdict<'good' | 'bad' | 'shared' | 'unseen' | 'file'> {
  return fromFlags<'good' | 'bad' | 'shared' | 'unseen'>((etcd) => {
    const ca = flag(etcd, CA) ?? ''
    const saw = given(etcd, CA)
    if (ca === '') return { status: 'fail', message: 'bad', saw }
    const cas = componentPods(lists.pods, 'kube-apiserver').flatMap((server) => flag(server, 'client-ca-file') ?? [])
    if (cas.includes(ca)) return { status: 'fail', message: 'shared', saw }
    return cas.length === 0 ? { status: 'unknown', message: 'unseen', saw } : { status: 'pass', message: 'good', saw }
  })(instance)
}
