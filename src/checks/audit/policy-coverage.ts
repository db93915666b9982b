import { defineCheck } from '#model/check.ts'
import { CLUSTER, refTo } from '#simulate/workloadsRefs.ts'

/** The policy is a file on the node: what the metrics show of it are the levels that events were recorded at. */
export const check = defineCheck({
  id: 'audit/policy-coverage',
  severity: 'medium',
  controls: { topic: ['T23'], cis: ['3.2.2'], nsa: ['Audit Logging and Threat Detection'] },
  text: {
    title: { en: 'The audit policy covers what matters' },
    why: {
      en: 'A policy that leaves out exec into pods, changes of RBAC, or reads of Secrets records everything but the intrusion; one that records the content of Secrets is a second, open store of them.',
    },
    fix: {
      en: 'See that the policy records access to Secrets, ConfigMaps and tokens at level Metadata, exec, attach, port-forward and proxy, changes of RBAC and of admission, and at least Metadata for the rest; no Secret at Request or RequestResponse. Then attest it here.',
    },
  },
  reads: ['apiServers'],
  messages: {
    nothing: { en: 'Not one event was recorded since this API server started: {levels}.' },
    attest: {
      en: 'Events were recorded at {levels} since this API server started. What the policy says of which resource lies on the node: look, then attest it.',
    },
    look: { en: 'The policy is a file on the node, or the provider’s: look at it, then attest it.' },
  },
  *evaluate({ apiServers }) {
    for (const server of apiServers) {
      const levels = Object.entries(server.auditLevels).filter(([, count]) => count > 0)
      const recorded = levels.filter(([level]) => level !== 'None')
      const params = { levels: (recorded.length > 0 ? recorded : levels).map(([level]) => level).join(', ') || 'no level' }
      const finding = { object: refTo('apiServers', server), path: 'auditLevels', saw: params.levels, params }
      if (recorded.length > 0) yield { ...finding, status: 'manual', message: 'attest' }
      else yield { ...finding, status: 'fail', message: 'nothing' }
    }
    if (apiServers.length > 0) yield { status: 'manual', object: CLUSTER, message: 'look' }
  },
  examples: {
    bad: `apiVersion: probe.kubeharden/v1
kind: ApiServerProbe
metadata:
  name: 10.0.0.1:6443
auditLevels: {}
`,
    good: `apiVersion: probe.kubeharden/v1
kind: ApiServerProbe
metadata:
  name: 10.0.0.1:6443
auditLevels: { Metadata: 900, RequestResponse: 12 }
`,
  },
})
