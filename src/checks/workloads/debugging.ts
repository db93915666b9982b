import { defineCheck } from '#model/check.ts'
import { isSystemNamespace } from '#model/state.ts'
import { CLUSTER, seesCluster } from '#simulate/workloadsRefs.ts'

const ENFORCE = 'pod-security.kubernetes.io/enforce'

/** What is in an image cannot be seen through the API: a guided item. */
export const check = defineCheck({
  id: 'workloads/debugging',
  severity: 'low',
  controls: { topic: ['T29'] },
  text: {
    title: { en: 'Programs are debugged without tools in their images' },
    why: {
      en: 'A shell, a package manager, curl and gdb in an image serve an intruder before anybody else. Images without them are debugged with a container that is added for the moment and goes with the pod.',
    },
    fix: {
      en: 'Build images without shells (distroless, scratch). Debug with `kubectl debug --profile=restricted POD --image=… --target=CONTAINER`: that profile passes where Pod Security enforces restricted. Try it once with --dry-run=server in a namespace of yours, see who may patch pods/ephemeralcontainers (`kubeharden who-can patch pods/ephemeralcontainers -A`), then attest it here.',
    },
  },
  reads: ['namespaces'],
  messages: {
    attest: {
      en: 'The API cannot tell what is in images. {restricted} of {namespaces} namespaces enforce restricted: there only debug containers of the restricted profile start. Look at how you debug, then attest it.',
    },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: restricted } }
`,
  },
  *evaluate({ namespaces }, { complete }) {
    if (!seesCluster(namespaces, complete)) return
    const own = namespaces.filter(({ metadata }) => !isSystemNamespace(metadata.name))
    const restricted = own.filter(({ metadata }) => metadata.labels[ENFORCE] === 'restricted').length
    yield { status: 'manual', object: CLUSTER, message: 'attest', params: { restricted, namespaces: own.length } }
  },
})
