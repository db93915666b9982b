import { defineCheck } from '#model/check.ts'
import { needsRoot, rootWithoutOwnUsers } from '#simulate/judged/containers.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { minorOf } from '#simulate/podSecurity/version.ts'
import { messages, verdicts } from './verdicts.ts'

/** On by default from then on; before it is a feature gate of the API server and of each kubelet. */
const FIRST_MINOR = 33

export const check = defineCheck({
  id: 'workloads/user-namespaces',
  severity: 'low',
  controls: { topic: ['T04'] },
  text: {
    title: { en: 'Pods that need root have users of their own' },
    why: {
      en: 'With hostUsers: false, root in the pod is nobody on the node, and its capabilities count inside of the pod only. A pod that has to be root loses little by it, and a break-out from it ends as a user without rights. Kubernetes can do it by default since 1.33, with containerd 2 or CRI-O and Linux 6.3.',
    },
    fix: {
      en: 'Set hostUsers: false in the pod spec and watch one pod start: its volumes must be on file systems that know idmapped mounts.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages(
    { en: 'Root or a power of root ({saw}), with the users of its node: {where}.' },
    { en: 'Has users of its own ({containers} looked at).' },
  ),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { runAsUser: 0 } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { hostUsers: false, containers: [{ name: app, securityContext: { runAsUser: 0 } }] } } }
`,
  },
  *evaluate(lists, { cluster }) {
    if (minorOf('latest', cluster.version) < FIRST_MINOR) return
    yield* verdicts(lists, rootWithoutOwnUsers, ({ templates, live }) => [...templates, ...live].some((pod) => needsRoot(pod).length > 0))
  },
})
