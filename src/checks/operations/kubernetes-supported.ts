import { defineCheck } from '#model/check.ts'
import { endOfLife, minorOfVersion } from '#simulate/versions.ts'
import { CLUSTER } from '#simulate/workloadsRefs.ts'

const SOON_DAYS = 60

export const check = defineCheck({
  id: 'operations/kubernetes-supported',
  severity: 'high',
  controls: { topic: ['T26'], nsa: ['Upgrading and application security practices'] },
  text: {
    title: { en: 'The version of Kubernetes still gets security fixes' },
    why: {
      en: 'A minor version gets fixes for about fourteen months. After that, published weaknesses of the API server and the kubelet stay open.',
    },
    fix: {
      en: 'Upgrade one minor version at a time: the control plane first, then the nodes. Look at the deprecated APIs of each step before. Providers may sell fixes for longer: then attest until when.',
    },
  },
  reads: ['nodes'],
  messages: {
    supported: { en: 'Kubernetes 1.{minor} gets fixes until {end}.' },
    soon: { en: 'Kubernetes 1.{minor} gets fixes until {end}, for {days} more days: plan the upgrade.' },
    over: { en: 'Kubernetes 1.{minor} has had no fixes since {end}.' },
    about: { en: 'Kubernetes 1.{minor} came out after this version of kubeharden, and should get fixes until about {end}.' },
    unknown: { en: 'Kubernetes 1.{minor} came out after this version of kubeharden: whether it still gets fixes is not known.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Node
metadata: { name: cp-1 }
status: { nodeInfo: { kubeletVersion: v1.16.4 } }
`,
    good: `
apiVersion: v1
kind: Node
metadata: { name: cp-1 }
status: { nodeInfo: { kubeletVersion: v1.99.1 } } # stands for: a version of this year
`,
  },
  evaluate: function* ({ nodes }, { now, cluster }) {
    const minor = minorOfVersion(cluster.version ?? nodes[0]?.status.nodeInfo?.kubeletVersion)
    if (minor === undefined) return
    const { end, about } = endOfLife(minor)
    const days = Math.ceil((Date.parse(end) - now.getTime()) / 86_400_000)
    const at = { object: CLUSTER, saw: `1.${minor}`, params: { minor, end, days } }
    if (about) yield { status: days < 0 ? 'unknown' : 'pass', ...at, message: days < 0 ? 'unknown' : 'about' }
    else if (days < 0) yield { status: 'fail', ...at, message: 'over' }
    else yield { status: 'pass', ...at, message: days <= SOON_DAYS ? 'soon' : 'supported' }
  },
})
