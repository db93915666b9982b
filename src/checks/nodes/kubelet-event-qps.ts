import { defineCheck } from '#model/check.ts'
import { decide, IN_KUBELET, overKubelets } from './kubelet.ts'

export const check = defineCheck({
  id: 'nodes/kubelet-event-qps',
  severity: 'low',
  controls: { topic: ['T23'], cis: ['4.2.8'], nsa: ['Audit Logging and Threat Detection'] },
  text: {
    title: { en: 'Kubelets report events' },
    why: { en: 'A kubelet whose rate of events is limited too far drops those that tell of an attack or a failure. 0 means no limit.' },
    fix: { en: `Set eventRecordQPS to 0, or to a rate that fits the node (the default is 50), ${IN_KUBELET}.` },
  },
  ...overKubelets({
    path: 'eventRecordQPS',
    messages: {
      good: { en: 'Reports events: {saw}.' },
      bad: { en: 'Drops events: {saw}.' },
    },
    bad: 'config: { eventRecordQPS: -1 }',
    good: 'config: { eventRecordQPS: 50 }',
    judge: ({ eventRecordQPS: rate = 50 }) => decide(rate >= 0, `eventRecordQPS: ${rate}`),
  }),
})
