import { defineCheck } from '#model/check.ts'
import { params, refTo } from '#simulate/workloadsRefs.ts'

export const check = defineCheck({
  id: 'admission/webhook-failure',
  severity: 'low',
  controls: { topic: ['T19'] },
  text: {
    title: { en: 'Validating webhooks refuse when they cannot be asked' },
    why: {
      en: 'With failurePolicy Ignore, whoever stops the webhook’s pods, or waits until they are restarted, creates what it would have refused.',
    },
    fix: {
      en: 'Set failurePolicy to Fail once the webhook runs with several replicas and leaves out its own namespace and kube-system. Where it only reports, accept this finding and say so.',
    },
  },
  reads: ['validatingWebhooks'],
  messages: {
    fails: { en: 'Webhook {webhook} refuses when it cannot be asked.' },
    ignores: { en: 'Webhook {webhook} lets everything in when it cannot be asked (failurePolicy Ignore).' },
  },
  examples: {
    bad: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: policy }
webhooks: [{ name: validate.policy.example.com, failurePolicy: Ignore, clientConfig: { service: { name: policy, namespace: policy } } }]
`,
    good: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: policy }
webhooks: [{ name: validate.policy.example.com, failurePolicy: Fail, clientConfig: { service: { name: policy, namespace: policy } } }]
`,
  },
  evaluate: function* ({ validatingWebhooks }) {
    for (const configuration of validatingWebhooks)
      for (const [i, { name, failurePolicy = 'Fail' }] of configuration.webhooks.entries()) {
        const ignores = failurePolicy === 'Ignore'
        yield {
          status: ignores ? 'fail' : 'pass',
          object: refTo('validatingWebhooks', configuration),
          path: `webhooks[${i}].failurePolicy`,
          saw: failurePolicy,
          message: ignores ? 'ignores' : 'fails',
          params: params({ webhook: name }),
        }
      }
  },
})
