import { defineCheck } from '#model/check.ts'
import { flag } from '#simulate/controlPlane.ts'
import { given, IN_MANIFEST, overFlags } from './flag.ts'

/** kube-bench passes it where the flag is absent, but the default is 0.0.0.0: every address of the node. */
export const check = defineCheck({
  id: 'control-plane/bind-address-scheduler',
  severity: 'medium',
  controls: { topic: ['T13'], cis: ['1.4.2'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The scheduler listens on its own node only' },
    why: {
      en: 'Its port serves metrics and profiles and takes tokens. Nobody but the node itself, or a collector you let in, has anything to ask there; without the flag it listens on all addresses.',
    },
    fix: {
      en: `Set --bind-address=127.0.0.1 ${IN_MANIFEST['kube-scheduler']}. A Prometheus that reads its metrics from other nodes no longer reaches it.`,
    },
  },
  ...overFlags({
    component: 'kube-scheduler',
    messages: {
      good: { en: 'Listens on its own node only: {saw}.' },
      bad: { en: 'Listens for the network: {saw}.' },
    },
    bad: ['--bind-address=0.0.0.0'],
    good: ['--bind-address=127.0.0.1'],
    judge: (instance) => {
      const address = flag(instance, 'bind-address') ?? ''
      const local = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(address)
      return { status: local ? 'pass' : 'fail', message: local ? 'good' : 'bad', saw: given(instance, 'bind-address') }
    },
  }),
})
