import { defineCheck } from '#model/check.ts'
import type { Container, PodSpec } from '#model/objects/workload.ts'
import { isSystemNamespace } from '#model/state.ts'
import { scanFinder, scansOf } from '#simulate/images/scans.ts'
import { workloadImages } from '#simulate/images/uses.ts'
import { JUDGED_HELPS } from '#simulate/judged/judged.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { params } from '#simulate/workloadsRefs.ts'
import { deployment } from './shared.ts'

export const check = defineCheck({
  id: 'images/runs-as-root',
  severity: 'medium',
  controls: { topic: ['T01'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Images run as a user of their own, not as root' },
    why: {
      en: 'A program that runs as root in its container needs one hole in the runtime or one mounted folder to be root on the node. Which user an image brings is not in the API: only the image knows.',
    },
    fix: {
      en: 'Build the image with USER and a number (not a name), and set runAsNonRoot: true, so that a later build cannot change it. To see it: `crane config IMAGE | jq .config.User`, or give the scan: `audit --scan trivy.json`.',
    },
  },
  reads: WORKLOAD_KINDS,
  helps: [...JUDGED_HELPS, 'imageScans', 'vulnerabilityReports', 'nodes'],
  messages: {
    other: { en: 'No container runs as root: {how}.' },
    root: { en: 'Runs as root, by runAsUser: 0: {containers}.' },
    image: { en: 'The image runs as root, and the workload does not say otherwise: {containers}.' },
    look: { en: 'Only the image says whether it runs as root: {containers}. Look at its USER, or set runAsNonRoot: true.' },
  },
  examples: {
    bad: deployment('registry.example.com/shop/web:1.4.2', '          securityContext: { runAsUser: 0 }\n'),
    good: deployment('registry.example.com/shop/web:1.4.2', '          securityContext: { runAsNonRoot: true }\n'),
  },
  evaluate: function* ({ imageScans, nodes, ...lists }) {
    const scanOf = scanFinder(
      scansOf({ vulnerabilityReports: [], imageScans }).filter(({ user }) => user !== undefined),
      nodes,
    )
    for (const { ref: object, namespace, spec, uses } of workloadImages(lists)) {
      // What came with the cluster needs root, or not, as its makers decided.
      if (spec.os?.name === 'windows' || isSystemNamespace(namespace)) continue
      const judged = uses.map(({ container, path }) => ({
        name: container.name,
        path,
        runs: userOf(container, spec, scanOf(container.image)?.user),
      }))
      const of = (runs: Runs) => judged.filter((one) => one.runs === runs)
      const [worst] = [...of('root'), ...of('image'), ...of('look')]
      const containers = of(worst?.runs ?? 'look')
        .map(({ name }) => name)
        .join(', ')
      if (worst === undefined) {
        const how = of('user').length > 0 ? 'as its image was scanned' : 'runAsNonRoot or a runAsUser is set'
        yield { status: 'pass', object, message: 'other', params: params({ how }) }
      } else if (worst.runs === 'look')
        yield { status: 'manual', object, path: worst.path, message: 'look', params: params({ containers }) }
      else
        yield {
          status: 'fail',
          object,
          path: worst.path,
          saw: containers,
          message: worst.runs === 'root' ? 'root' : 'image',
          params: params({ containers }),
        }
    }
  },
})

type Runs = 'set' | 'user' | 'root' | 'image' | 'look'

/** Whom a container runs as: what it says, then what its pod says, then what the image says. */
function userOf(container: Container, spec: PodSpec, imageUser: string | undefined): Runs {
  const runAsUser = container.securityContext.runAsUser ?? spec.securityContext.runAsUser
  const nonRoot = container.securityContext.runAsNonRoot ?? spec.securityContext.runAsNonRoot
  if (nonRoot === true || (runAsUser !== undefined && runAsUser > 0)) return 'set'
  if (runAsUser === 0) return 'root'
  if (imageUser === undefined) return 'look'
  return /^(?:0+|root|)(?::.*)?$/.test(imageUser) ? 'image' : 'user'
}
