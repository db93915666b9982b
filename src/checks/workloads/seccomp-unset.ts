import { defineCheck } from '#model/check.ts'
import { withoutSeccomp } from '#simulate/judged/containers.ts'
import { JUDGED_KINDS, judgedWorkloads } from '#simulate/judged/judged.ts'
import { containerNames, spotsOf } from '#simulate/judged/spots.ts'
import { counted, verdict } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/seccomp-unset',
  severity: 'medium',
  controls: { topic: ['T05'], cis: ['5.6.2', '5.6.3'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Containers have a seccomp profile' },
    why: {
      en: 'Without a profile a container may use every system call of the kernel, unless the kubelets give the default one (seccompDefault). The profile of the runtime keeps some sixty calls away that programs do not need and break-outs do.',
    },
    fix: {
      en: 'Set securityContext.seccompProfile.type: RuntimeDefault for the pod, or seccompDefault: true in the configuration of every kubelet.',
    },
  },
  reads: JUDGED_KINDS,
  helps: ['kubelets', 'nodes'],
  messages: {
    found: { en: 'No seccomp profile: {where}.' },
    clean: { en: 'Has a seccomp profile ({containers} looked at).' },
    byKubelet: { en: 'Has no profile of its own and gets RuntimeDefault: the kubelets of all {nodes} say so ({containers} looked at).' },
  },
  *evaluate({ kubelets, nodes, ...lists }) {
    const given = kubelets.length > 0 && nodes.length === kubelets.length && kubelets.every(({ config }) => config.seccompDefault === true)
    for (const workload of judgedWorkloads(lists)) {
      const spots = spotsOf(workload, withoutSeccomp)
      if (spots.length === 0 || !given) yield verdict(workload, spots)
      else {
        const params = { nodes: counted(nodes.length, 'node'), containers: counted(containerNames(workload).length, 'container') }
        yield { status: 'pass', object: workload.ref, message: 'byKubelet', params }
      }
    }
  },
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { securityContext: { seccompProfile: { type: RuntimeDefault } }, containers: [{ name: app }] } } }
`,
  },
})
