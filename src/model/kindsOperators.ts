import * as operators from './objects/operators.ts'

/** What operators of other projects are told: a mesh, a monitoring. */
export const operatorKinds = {
  peerAuthentications: {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    plural: 'peerauthentications',
    namespaced: true,
    by: 'list',
    optional: true,
    schema: operators.peerAuthentication,
  },
  prometheusRules: {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    plural: 'prometheusrules',
    namespaced: true,
    by: 'list',
    optional: true,
    schema: operators.prometheusRule,
  },
} as const
