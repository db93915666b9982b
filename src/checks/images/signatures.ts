import type { CheckContext, Finding } from '#model/check.ts'
import { defineCheck } from '#model/check.ts'
import { flagList } from '#simulate/controlPlane.ts'
import { type ControlPlaneLists, componentSight } from '#simulate/controlPlaneSight.ts'
import { VERIFIER_KINDS, type Verifier, verifiersOf } from '#simulate/images/signatures.ts'
import { CLUSTER, params, seesCluster } from '#simulate/workloadsRefs.ts'

const PLUGIN = 'ImagePolicyWebhook'
const STATUS: { readonly [D in Verifier['does']]: Finding['status'] } = { refuses: 'pass', warns: 'fail', open: 'fail', unclear: 'unknown' }

export const check = defineCheck({
  id: 'images/signatures',
  severity: 'medium',
  controls: { topic: ['T03'], cis: ['5.5.1'] },
  text: {
    title: { en: 'Images without a signature of yours are refused' },
    why: {
      en: 'Whoever can push to a registry, or stands between it and the nodes, can put another program under the name of yours. A signature that admission verifies is the only thing that notices.',
    },
    fix: {
      en: 'Sign images in the pipeline (cosign) and verify them at admission: a ClusterImagePolicy of Sigstore’s policy-controller, verifyImages or an ImageValidatingPolicy of Kyverno, Connaisseur, Ratify with Gatekeeper, or a backend for ImagePolicyWebhook. Start with warnings, then refuse.',
    },
  },
  reads: [...VERIFIER_KINDS, 'pods'],
  helps: ['nodes', 'apiServers'],
  messages: {
    refuses: { en: '{by} refuses images whose signature does not verify.' },
    warns: { en: '{by} only warns: unsigned images are let in.' },
    open: { en: '{by} lets images in unverified while its webhook does not answer (failurePolicy: Ignore).' },
    unclear: {
      en: '{by} is there; which images it looks at, or whether it refuses them, is not in the API. Try an unsigned image with `kubectl run --dry-run=server`.',
    },
    webhook: { en: 'ImagePolicyWebhook is on: an image policy service decides over each image.' },
    none: { en: 'Nothing was recognised that verifies signatures of images.' },
    hidden: {
      en: 'No policy was recognised that verifies signatures, and whether ImagePolicyWebhook is on cannot be seen: the flags of the API server are not visible.',
    },
    gke: {
      en: 'No policy was recognised that verifies signatures. Binary Authorization of GKE is not in the API: look with `gcloud container clusters describe`.',
    },
  },
  examples: {
    bad: `
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: { name: signed-by-ci }
spec:
  mode: warn
  images: [{ glob: registry.example.com/** }]
  authorities: [{ keyless: { url: https://fulcio.sigstore.dev } }]
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { policy.sigstore.dev/include: 'true' } }
`,
    good: `
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: { name: signed-by-ci }
spec:
  mode: enforce
  images: [{ glob: registry.example.com/** }]
  authorities: [{ keyless: { url: https://fulcio.sigstore.dev } }]
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { policy.sigstore.dev/include: 'true' } }
`,
  },
  evaluate: function* (lists, context) {
    const verifiers = verifiersOf(lists)
    for (const { object, by, does } of verifiers) yield { status: STATUS[does], object, message: does, params: params({ by }) }
    const webhook = webhookOn(lists, context)
    for (const object of webhook.on) yield { status: 'pass', object, message: 'webhook' }
    if (verifiers.length > 0 || webhook.on.length > 0 || !seesCluster(lists.namespaces, context.complete)) return
    if (context.cluster.distribution === 'gke') yield { status: 'unknown', object: CLUSTER, message: 'gke' }
    else if (webhook.hidden) yield { status: 'unknown', object: CLUSTER, message: 'hidden' }
    else yield { status: 'fail', object: CLUSTER, message: 'none' }
  },
})

/** The API servers that ask an image policy service. EKS and AKS run none: there what cannot be seen is not on. */
function webhookOn(lists: ControlPlaneLists, context: CheckContext) {
  const { seen, blind } = componentSight(lists, 'kube-apiserver', context)
  const on = seen.filter((server) => flagList(server, 'enable-admission-plugins').includes(PLUGIN)).map(({ pod }) => pod)
  return { on, hidden: blind.some(({ why }) => why !== 'eks' && why !== 'aks') }
}
