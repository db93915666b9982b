import { defineCheck } from '#model/check.ts'
import { flag } from '#simulate/controlPlane.ts'
import { given, IN_MANIFEST, overFlags } from '../control-plane/flag.ts'

const FLAG = 'token-auth-file'

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
      en: `Move its users to OIDC or to short-lived client certificates, and its programs to service accounts. Then take --${FLAG} out ${IN_MANIFEST['kube-apiserver']}, and delete the file.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      set: { en: 'This API server accepts static tokens: {saw}.' },
      unset: { en: 'This API server reads no file of static tokens.' },
    },
    bad: [`--${FLAG}=/etc/kubernetes/tokens.csv`],
    good: ['--profiling=false'],
    judge: (instance) => {
      const set = (flag(instance, FLAG) ?? '') !== ''
      return { status: set ? 'fail' : 'pass', message: set ? 'set' : 'unset', saw: given(instance, FLAG) }
    },
  }),
})
