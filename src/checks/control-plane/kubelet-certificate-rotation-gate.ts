import { defineCheck } from '#model/check.ts'
import { flagList } from '#simulate/controlPlane.ts'
import { given, IN_MANIFEST, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/kubelet-certificate-rotation-gate',
  severity: 'medium',
  controls: { topic: ['T22'], cis: ['1.3.6'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Rotation of kubelet serving certificates is not switched off' },
    why: { en: 'With the gate RotateKubeletServerCertificate=false the serving certificates of kubelets are not renewed, and expire.' },
    fix: {
      en: `Take RotateKubeletServerCertificate=false out of --feature-gates ${IN_MANIFEST['kube-controller-manager']}. It is true by default.`,
    },
  },
  ...overFlags({
    component: 'kube-controller-manager',
    messages: {
      good: { en: 'Rotation is on: {saw}.' },
      bad: { en: 'Rotation is switched off: {saw}.' },
    },
    bad: ['--feature-gates=RotateKubeletServerCertificate=false'],
    good: ['--feature-gates=RotateKubeletServerCertificate=true'],
    judge: (instance) => {
      const off = flagList(instance, 'feature-gates').some((gate) => /^RotateKubeletServerCertificate=(false|0|f)$/i.test(gate))
      return { status: off ? 'fail' : 'pass', message: off ? 'bad' : 'good', saw: given(instance, 'feature-gates') }
    },
  }),
})
