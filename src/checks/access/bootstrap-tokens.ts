import { defineCheck, type Finding } from '#model/check.ts'

const TYPE = 'bootstrap.kubernetes.io/token'
/** Tokens of kubeadm end after a day, and a controller then deletes them. */
const USUAL_DAYS = 1

/** When a token ends stands in the Secret's data, which is never read: its age has to do. */
export const check = defineCheck({
  id: 'access/bootstrap-tokens',
  severity: 'medium',
  controls: { topic: ['T07', 'T09'], cis: ['3.1.3'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'Bootstrap tokens are gone after a join' },
    why: {
      en: 'Whoever has a bootstrap token can make a node of their own join the cluster, and is then sent the Secrets of the pods that land on it. Tokens are written into scripts and images, and some are made without an end.',
    },
    fix: {
      en: 'Delete tokens that no join is waiting for (kubeadm token list, kubeadm token delete ID), make new ones only when a node joins (kubeadm token create, a day by default), and never use one to sign people in.',
    },
  },
  reads: ['namespaces', 'secrets'],
  messages: {
    old: { en: 'This bootstrap token is {days} days old: it was made to last, or nothing clears it away.' },
    fresh: { en: 'This bootstrap token was made in the last day. When its node has joined, delete it; until then attest what it is for.' },
    none: { en: 'There is no bootstrap token.' },
  },
  *evaluate({ namespaces, secrets }): Iterable<Finding<'old' | 'fresh' | 'none'>> {
    const tokens = secrets.filter(({ type, metadata }) => type === TYPE && metadata.namespace === 'kube-system')
    for (const { metadata, type, ageDays } of tokens) {
      const object = { apiVersion: 'v1', kind: 'Secret', namespace: metadata.namespace, name: metadata.name }
      const old = ageDays !== undefined && ageDays > USUAL_DAYS
      if (old) yield { status: 'fail', object, path: 'type', saw: type, message: 'old', params: { days: ageDays } }
      else yield { status: 'manual', object, path: 'type', saw: type, message: 'fresh' }
    }
    if (tokens.length === 0 && namespaces.some(({ metadata }) => metadata.name === 'kube-system'))
      yield { status: 'pass', object: { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }, message: 'none' }
  },
  examples: {
    bad: `apiVersion: v1
kind: Secret
metadata:
  name: bootstrap-token-abcdef
  namespace: kube-system
ageDays: 400
type: bootstrap.kubernetes.io/token
`,
    good: `apiVersion: v1
kind: Namespace
metadata:
  name: kube-system
`,
  },
})
