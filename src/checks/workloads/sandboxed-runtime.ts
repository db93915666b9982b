import { defineCheck } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { JUDGED_KINDS, type Judged, judgedWorkloads } from '#simulate/judged/judged.ts'
import { CLUSTER, seesCluster } from '#simulate/workloadsRefs.ts'
import { listed } from './verdicts.ts'

/** Labels by which a namespace says that what runs in it is not trusted: `trust: untrusted`, `example.org/trust-level: low`, `untrusted: "true"`. */
const TRUST_KEY = /(^|\/)(trust|trust-level|trusted)$/
const UNTRUSTED_KEY = /(^|\/)(untrusted|sandbox|sandboxed)$/

export function isUntrusted({ metadata }: Item<'namespaces'>): boolean {
  return Object.entries(metadata.labels).some(
    ([key, value]) =>
      (TRUST_KEY.test(key) && /^(untrusted|none|low|no|false)$/i.test(value)) ||
      (UNTRUSTED_KEY.test(key) && /^(true|yes|required)$/i.test(value)),
  )
}

/** Handlers by which the nodes start ordinary containers, or ordinary ones with devices: no sandbox. */
const PLAIN = /^(runc|crun|youki|containerd|io\.containerd\.runc\.v[12]|nvidia.*)$/

export const check = defineCheck({
  id: 'workloads/sandboxed-runtime',
  severity: 'high',
  controls: { topic: ['T06'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'What is not trusted runs in a sandbox' },
    why: {
      en: 'All containers of a node share its kernel. Code that you did not write and did not look through (of customers, of build jobs, of plugins) needs one flaw in it to get out. gVisor, Kata Containers and Firecracker put a kernel of its own in between.',
    },
    fix: {
      en: 'Label namespaces that run such code trust=untrusted. Install a sandbox on the nodes for it, add its RuntimeClass, and name that in runtimeClassName of the pods, or have an admission policy require it. If no such code runs here, attest that.',
    },
  },
  reads: [...JUDGED_KINDS, 'namespaces', 'runtimeClasses'],
  messages: {
    none: { en: 'Names no runtimeClassName, in a namespace that is labelled as not trusted.' },
    missing: { en: 'Names the RuntimeClass {name}, which does not exist.' },
    plain: { en: 'Names the RuntimeClass {name}, whose handler {handler} is no sandbox.' },
    sandboxed: { en: 'Runs by the RuntimeClass {name} (handler {handler}).' },
    attest: {
      en: 'No namespace is labelled as not trusted; {classes} name a sandbox. Whether code that you do not trust runs here only you can say: label its namespaces, or attest that there is none.',
    },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: customers, labels: { trust: untrusted } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: plugin, namespace: customers }
spec: { template: { spec: { containers: [{ name: app }] } } }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: customers, labels: { trust: untrusted } }
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: { name: gvisor }
handler: runsc
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: plugin, namespace: customers }
spec: { template: { spec: { runtimeClassName: gvisor, containers: [{ name: app }] } } }
`,
  },
  *evaluate({ namespaces, runtimeClasses, ...lists }, { complete }) {
    const handlers = new Map(runtimeClasses.map(({ metadata, handler }) => [metadata.name, handler]))
    const untrusted = new Set(namespaces.filter(isUntrusted).map(({ metadata }) => metadata.name))
    for (const workload of judgedWorkloads(lists)) {
      if (!untrusted.has(workload.namespace)) continue
      const name = runtimeOf(workload)
      const handler = name === undefined ? undefined : handlers.get(name)
      const at = { object: workload.ref, path: `${workload.path}.runtimeClassName`, params: { name: name ?? '', handler: handler ?? '' } }
      if (name === undefined) yield { status: 'fail', ...at, message: 'none' }
      else if (handler === undefined) yield { status: 'fail', ...at, saw: name, message: 'missing' }
      else if (PLAIN.test(handler)) yield { status: 'fail', ...at, saw: name, message: 'plain' }
      else yield { status: 'pass', ...at, saw: name, message: 'sandboxed' }
    }
    if (untrusted.size > 0 || !seesCluster(namespaces, complete)) return
    const sandboxes = runtimeClasses.filter(({ handler }) => !PLAIN.test(handler)).map(({ metadata }) => metadata.name)
    const classes = sandboxes.length === 0 ? 'no RuntimeClasses' : `the RuntimeClasses ${listed(sandboxes)}`
    yield { status: 'manual', object: CLUSTER, message: 'attest', params: { classes } }
  },
})

/** Of its live pods where they differ: an admission policy may have filled it in. */
function runtimeOf({ templates, live }: Judged): string | undefined {
  const names = (live.length > 0 ? live : templates).map(({ spec }) => spec.runtimeClassName)
  return names.includes(undefined) ? undefined : names[0]
}
