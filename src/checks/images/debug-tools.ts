import { defineCheck } from '#model/check.ts'
import { isSystemNamespace } from '#model/state.ts'
import { type ImageReference, isReference } from '#simulate/images/reference.ts'
import { namesOf, workloadImages } from '#simulate/images/uses.ts'
import { JUDGED_HELPS } from '#simulate/judged/judged.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { params } from '#simulate/workloadsRefs.ts'
import { deployment } from './shared.ts'

/** Whole systems with a shell, and boxes of network tools: what people start to look around. By the last part of the repository. */
const TOOLS = new Set(
  `busybox alpine ubuntu debian centos fedora rockylinux almalinux archlinux kali-rolling parrotsec amazonlinux oraclelinux ubi8 ubi9
  netshoot network-multitool dnsutils jessie-dnsutils toolbox nettools network-utils swiss-army-knife curl wget tcpdump nmap iperf3
  debug-tools koolkits agnhost docker-in-docker`.split(/\s+/),
)

export const check = defineCheck({
  id: 'images/debug-tools',
  severity: 'low',
  controls: { topic: ['T01', 'T29'] },
  text: {
    title: { en: 'No box of tools is left running' },
    why: {
      en: 'A pod with a shell, curl and a package manager was started to look at something and then forgotten. It is the most comfortable place in the cluster for whoever gets in, with a service account and an address inside.',
    },
    fix: {
      en: 'Delete it. To look around use `kubectl debug`, which adds such a container for as long as it takes. Where it does real work (a shell script), build that into an image of its own.',
    },
  },
  reads: WORKLOAD_KINDS,
  helps: JUDGED_HELPS,
  messages: {
    none: { en: 'No container is a box of tools.' },
    found: { en: 'A box of tools runs on: {images}.' },
  },
  examples: {
    bad: deployment('docker.io/nicolaka/netshoot:v0.13', "          command: ['sleep', 'infinity']\n"),
    good: deployment('registry.example.com/shop/web:1.4.2'),
  },
  evaluate: function* (lists) {
    for (const { ref: object, namespace, uses, spec } of workloadImages(lists)) {
      // A pod that ends by itself (of a Job, say) does not stay.
      if (isSystemNamespace(namespace) || object.kind === 'Job' || object.kind === 'CronJob') continue
      if (spec.restartPolicy === 'Never' || spec.restartPolicy === 'OnFailure') continue
      const tools = uses.filter(({ init, reference }) => !init && isReference(reference) && isTool(reference))
      const images = namesOf(tools)
      if (tools.length === 0) yield { status: 'pass', object, message: 'none' }
      else yield { status: 'fail', object, path: tools[0]?.path, saw: images, message: 'found', params: params({ images }) }
    }
  },
})

function isTool({ path }: ImageReference): boolean {
  return TOOLS.has(path.slice(path.lastIndexOf('/') + 1))
}
