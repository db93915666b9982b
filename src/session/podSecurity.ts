import { mapLimit } from '#change/limit.ts'
import { sightOf } from '#evaluate/see.ts'
import type { CollectOptions, Writer } from '#model/access.ts'
import { HardenError, toHardenError } from '#model/errors.ts'
import type { NamespacePodSecurity, PodSecurityLevel, PodSecurityPreview, PolicyVersion, ServerVerdict } from '#model/podSecurity.ts'
import { itemsOf, type State } from '#model/state.ts'
import { type Judged, judge, podGroups, strictestOf, violationsOf } from '#simulate/podSecurity/preview.ts'
import { compareWithServer, readWarnings, versionToAsk } from '#simulate/podSecurity/serverWarnings.ts'
import { POD_SECURITY_KINDS, type PodSecurityLists, type Target as PodTarget, podSecurityTargets } from '#simulate/podSecurity/targets.ts'
import { minorOf } from '#simulate/podSecurity/version.ts'
import type { SessionDeps } from './deps.ts'
import type { Target } from './types.ts'
import { ONE_NAMESPACE, unreadable } from './unreadable.ts'

export { POD_SECURITY_KINDS } from '#simulate/podSecurity/targets.ts'
export { parsePolicyVersion as readPolicyVersion, policyVersions as knownVersions } from '#simulate/podSecurity/version.ts'

const LABEL = 'pod-security.kubernetes.io/enforce'
const MANAGER = 'kubeharden:pod-security'
/** Questions to the API server at the same time: each makes it look at all pods of a namespace. */
const IN_FLIGHT = 4

export interface PodSecurityAsked {
  readonly level: PodSecurityLevel
  readonly policyVersion: PolicyVersion
  readonly namespace?: string
}

/** What a level of Pod Security would refuse of what is there. Nothing is stored: the server is asked by a dry run of the label. */
export async function previewPodSecurity(
  deps: SessionDeps,
  target: Target,
  asked: PodSecurityAsked,
  options: CollectOptions = {},
): Promise<PodSecurityPreview> {
  const connection = await deps.connect(target, options.signal)
  try {
    const state = await connection.reader.collect(POD_SECURITY_KINDS, options)
    const found = podSecurityOf(state, asked)
    const { writer } = connection
    if (state.source !== 'live' || writer === undefined || asked.level === 'privileged') return found.preview
    const namespaces = await mapLimit(
      found.preview.namespaces,
      async (ns) => {
        const seen = found.judged.get(ns.name) ?? []
        return { ...ns, server: await askServer(writer, state, asked, ns, seen, options.signal) }
      },
      IN_FLIGHT,
    )
    return { ...found.preview, namespaces }
  } finally {
    await connection.reader.close()
  }
}

interface Found {
  readonly preview: PodSecurityPreview
  readonly judged: ReadonlyMap<string, readonly Judged[]>
}

/** The same without asking anybody: pure, of a state that was read. */
export function podSecurityOf(state: State, asked: PodSecurityAsked): Found {
  const { level, policyVersion, namespace } = asked
  const minor = minorOf(policyVersion, state.cluster.version)
  const lists = Object.fromEntries(POD_SECURITY_KINDS.map((kind) => [kind, itemsOf(state, kind)])) as PodSecurityLists
  const targets = podSecurityTargets(lists, namespace)
  const sight = sightOf(state, { reads: POD_SECURITY_KINDS })
  const whole = new Set((sight.seen?.namespaces ?? []).map((n) => n.metadata.name))
  const gaps = sight.gaps.filter((gap) => namespace === undefined || gap.namespace === undefined || gap.namespace === namespace)
  const names = namesOf(state, targets, namespace)
  if (targets.length === 0) refuseBlind(state, names)
  const judged = Map.groupBy(judge(targets, level, minor), ({ target }) => target.ref.namespace ?? 'default')
  const namespaces = names.map((name): NamespacePodSecurity => {
    const own = judged.get(name) ?? []
    const enforce = enforceOf(state, name)
    const strictest = strictestOf(
      own.map((j) => j.target),
      minor,
      whole.has(name),
    )
    return {
      name,
      ...(enforce === undefined ? {} : { enforce }),
      objects: own.length,
      violating: own.filter((j) => j.violations.length > 0).length,
      ...(strictest === undefined ? {} : { strictest }),
    }
  })
  const violations = names.flatMap((name) => violationsOf(judged.get(name) ?? []))
  return { preview: { level, policyVersion, evaluatedAs: `v1.${minor}`, violations, namespaces, gaps }, judged }
}

function namesOf(state: State, targets: readonly PodTarget[], namespace: string | undefined): readonly string[] {
  const known = new Set([...itemsOf(state, 'namespaces').map((n) => n.metadata.name), ...targets.map((t) => t.ref.namespace ?? 'default')])
  if (namespace === undefined) return [...known].toSorted()
  if (known.has(namespace)) return [namespace]
  const hidden = state.kinds.namespaces?.gaps.length ?? 0
  if (hidden > 0) return []
  throw new HardenError('input', `There is no namespace ${namespace} in ${state.cluster.name}.`, 'Look at the name given with -n.')
}

/** That nothing violates can only be said where something was seen. */
function refuseBlind(state: State, names: readonly string[]): void {
  const { gaps = [], onlyNamespaces = [] } = state.kinds.pods ?? {}
  const gap = gaps.find((g) => g.namespace === undefined && g.reason !== 'malformed')
  if (gap === undefined || onlyNamespaces.some((name) => names.includes(name))) return
  throw unreadable(gap, 'pods', ONE_NAMESPACE)
}

function enforceOf(state: State, name: string): NamespacePodSecurity['enforce'] {
  const labels = itemsOf(state, 'namespaces').find((n) => n.metadata.name === name)?.metadata.labels ?? {}
  const level = labels[LABEL]
  return level === undefined ? undefined : { level, version: labels[`${LABEL}-version`] ?? 'latest' }
}

async function askServer(
  writer: Writer,
  state: State,
  asked: PodSecurityAsked,
  { name, enforce }: NamespacePodSecurity,
  judged: readonly Judged[],
  signal: AbortSignal | undefined,
): Promise<ServerVerdict> {
  const { level, policyVersion } = asked
  const { version: server } = state.cluster
  const own = server === undefined ? undefined : minorOf('latest', server)
  const version = versionToAsk(level, minorOf(policyVersion, server), policyVersion, enforce ?? {}, own)
  if (version === undefined)
    return { kind: 'unknown', why: `its label is enforce-version ${enforce?.version} already, and the server only speaks of what changes` }
  const labels = { [LABEL]: level, [`${LABEL}-version`]: version }
  try {
    const { warnings } = await writer.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
      { fieldManager: MANAGER, dryRun: true, force: true, ...(signal === undefined ? {} : { signal }) },
    )
    return compareWithServer(podGroups(judged), readWarnings(warnings))
  } catch (error) {
    if (signal?.aborted === true) throw error
    return { kind: 'unknown', why: toHardenError(error).message }
  }
}
