import { defineCheck } from '#model/check.ts'
import { CLUSTER, params } from '#simulate/workloadsRefs.ts'

/** What an alert has to look at, by metrics that its expression names. */
const SIGNALS = [
  {
    id: 'refused requests',
    metrics: /apiserver_request_total|authentication_attempts|authenticated_user_requests|apiserver_authorization_decisions/,
  },
  { id: 'audit events', metrics: /apiserver_audit_|falco_|tetragon_/ },
  { id: 'restarting pods', metrics: /kube_pod_container_status_restarts_total|kube_pod_container_status_waiting_reason/ },
  { id: 'certificates that end', metrics: /certificate_expiration|certmanager_certificate|x509_cert|ssl_earliest_cert_expiry/ },
  { id: 'etcd', metrics: /\betcd_/ },
  { id: 'backups', metrics: /velero_backup|kube_cronjob_status|kube_job_status_failed|kube_job_failed/ },
] as const

export const check = defineCheck({
  id: 'audit/security-alerts',
  severity: 'low',
  controls: { topic: ['T25'], nsa: ['Audit logging and threat detection'] },
  text: {
    title: { en: 'Alerts tell of attacks and of what fails quietly' },
    why: {
      en: 'A burst of refused requests, a pod that restarts for the fourth time, a certificate with ten days left, a backup that failed: each is a number somewhere before it is an incident.',
    },
    fix: {
      en: 'Add PrometheusRules for requests answered 401 and 403, audit events such as exec and new cluster-admins, restarting pods, certificates about to end, etcd, and the age of backups. Where alerts stand elsewhere, attest it.',
    },
  },
  reads: ['prometheusRules'],
  messages: {
    watched: { en: '{signal}: {alert} alerts.' },
    missing: { en: '{signal}: none of the {rules} alerts looks at it.' },
    elsewhere: {
      en: 'There are no PrometheusRules. Where alerts are kept elsewhere, look there for refused requests, restarts, certificates, etcd and backups, then attest it.',
    },
  },
  examples: {
    bad: rule('kube_pod_container_status_restarts_total > 3'),
    good: everySignal(),
  },
  evaluate: function* ({ prometheusRules }) {
    const alerts = prometheusRules.flatMap(({ spec }) => spec.groups.flatMap((g) => g.rules.filter((r) => r.alert !== undefined)))
    if (alerts.length === 0) {
      yield { status: 'manual', object: CLUSTER, message: 'elsewhere' }
      return
    }
    for (const { id, metrics } of SIGNALS) {
      const alert = alerts.find((a) => metrics.test(a.expr))?.alert
      const at = { object: CLUSTER, path: id }
      if (alert === undefined) yield { status: 'fail', ...at, message: 'missing', params: params({ signal: id, rules: alerts.length }) }
      else yield { status: 'pass', ...at, message: 'watched', params: params({ signal: id, alert }) }
    }
  },
})

function rule(...expressions: readonly string[]): string {
  const rules = expressions.map((expr, i) => `{ alert: Alert${i}, expr: '${expr}' }`).join(', ')
  return `
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: security, namespace: monitoring }
spec: { groups: [{ name: security, rules: [${rules}] }] }
`
}

function everySignal(): string {
  return rule(
    'sum(rate(apiserver_request_total{code=~"401|403"}[5m])) > 5',
    'increase(apiserver_audit_event_total[5m]) == 0',
    'increase(kube_pod_container_status_restarts_total[1h]) > 3',
    'apiserver_client_certificate_expiration_seconds_sum < 604800',
    'etcd_server_has_leader == 0',
    'kube_job_status_failed > 0',
  )
}
