import { defineCheck } from '#model/check.ts'
import { controlPlane, flag } from '#simulate/controlPlane.ts'

export const check = defineCheck({
  id: 'access/static-token-file',
  severity: 'high',
  controls: { topic: ['T07'], cis: ['1.2.2'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'No file of static tokens' },
    why: {
      en: 'Tokens in a --token-auth-file never expire, stand in clear text on the control-plane node and in its backups, and stay valid until the file is changed and the API server restarted. Whoever copies one has that user’s rights for good.',
    },
    fix: {
      en: 'Move its users to OIDC or to short-lived client certificates, and its programs to service accounts. Then take --token-auth-file out of /etc/kubernetes/manifests/kube-apiserver.yaml on each control-plane node, one after the other, and delete the file.',
    },
  },
  reads: ['pods'],
  messages: {
    set: { en: 'This API server accepts the static tokens of {file}.' },
    unset: { en: 'This API server reads no file of static tokens.' },
    notVisible: { en: 'The flags of the API server cannot be seen: there is no mirror pod of it in kube-system, as on managed clusters.' },
  },
  *evaluate({ pods }) {
    const servers = controlPlane(pods, 'kube-apiserver')
    if (servers === undefined) {
      yield { status: 'unknown', object: { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }, message: 'notVisible' }
      return
    }
    for (const server of servers) {
      const file = flag(server, 'token-auth-file')
      const path = 'spec.containers[0].command'
      if (file === undefined || file === '') yield { status: 'pass', object: server.pod, path, message: 'unset' }
      else yield { status: 'fail', object: server.pod, path, saw: `--token-auth-file=${file}`, message: 'set', params: { file } }
    }
  },
  examples: {
    bad: `apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver-cp1
  namespace: kube-system
  annotations:
    kubernetes.io/config.mirror: 0f1e
spec:
  containers:
    - name: kube-apiserver
      command:
        - kube-apiserver
        - --authorization-mode=Node,RBAC
        - --token-auth-file=/etc/kubernetes/tokens.csv
`,
    good: `apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver-cp1
  namespace: kube-system
  annotations:
    kubernetes.io/config.mirror: 0f1e
spec:
  containers:
    - name: kube-apiserver
      command:
        - kube-apiserver
        - --authorization-mode=Node,RBAC
`,
  },
})
