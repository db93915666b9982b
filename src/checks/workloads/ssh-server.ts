import { defineCheck } from '#model/check.ts'
import { sshServers } from '#simulate/judged/containers.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/ssh-server',
  severity: 'medium',
  controls: { topic: ['T04'] },
  text: {
    title: { en: 'No container takes SSH' },
    why: {
      en: 'SSH in a container is a second way in, past the API server: with keys of its own, without RBAC and without the audit log. It is also what intruders install to stay.',
    },
    fix: {
      en: 'Take the SSH server out of the image; who must look inside uses kubectl exec or kubectl debug, which RBAC and the audit log see. Where SSH is the product itself (git, SFTP), accept this finding.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages(
    { en: 'Takes SSH ({saw}): {where}.' },
    { en: 'Takes no SSH, as far as ports and commands say ({containers} looked at).' },
  ),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, ports: [{ containerPort: 22 }] }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, ports: [{ containerPort: 8080 }] }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, sshServers),
})
