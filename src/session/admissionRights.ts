import type { AdmissionDoor, AdmissionUnknown, Served } from '#model/admission.ts'
import { HardenError } from '#model/errors.ts'
import { describeRight, type Right } from '#model/right.ts'
import { type Ask, selectorText } from '#simulate/admission/select.ts'
import { paramResource, type Trial } from './admissionTrials.ts'

const EVERYTHING: Right = { verb: '*', group: '*', resource: '*' }
const GROUP = 'admissionregistration.k8s.io'
const LIFE = ['create', 'get', 'delete']
const kindOf = ({ resource: { group, plural } }: Ask) => (group === '' ? plural : `${plural}.${group}`)

export interface Allowed {
  /** Trials with the kinds that may be asked. */
  readonly trials: readonly Trial[]
  readonly unknown: ReadonlyMap<Trial, readonly AdmissionUnknown[]>
}

/**
 * Looked at before anything is written: what a probe writes it must be able to remove. A kind that may not be asked is
 * unknown; HardenError `forbidden` where the probe itself may not be written, or nothing may be asked.
 */
export async function allowedTrials(
  door: AdmissionDoor,
  trials: readonly Trial[],
  served: Served,
  namespace?: string,
  signal?: AbortSignal,
): Promise<Allowed> {
  if ((await door.missing([EVERYTHING], signal)).length === 0) return { trials, unknown: new Map() }
  const [first] = await door.missing(rightsOfProbe(trials, served, namespace), signal)
  if (first !== undefined) throw forbidden(first)
  const unknown = new Map<Trial, readonly AdmissionUnknown[]>()
  let lacking: Right | undefined
  const kept: Trial[] = []
  for (const trial of trials) {
    const found = await Promise.all(
      trial.selection.asks.map(async (ask) => ({ ask, lacks: await door.missing(rightsOf(ask, namespace), signal) })),
    )
    const without = found.flatMap(({ ask, lacks }) => (lacks[0] === undefined ? [] : [{ ask, right: lacks[0] }]))
    lacking ??= without[0]?.right
    const asks = found.flatMap(({ ask, lacks }) => (lacks.length === 0 ? [ask] : []))
    const limited = { ...trial, selection: { ...trial.selection, asks }, ...(asks.length === 0 ? { objects: [] } : {}) }
    kept.push(limited)
    unknown.set(
      limited,
      without.map(({ ask, right }) => ({ kind: kindOf(ask), reason: `missing right: ${describeRight(right)}` })),
    )
  }
  if (lacking !== undefined && kept.every((t) => t.selection.asks.length === 0)) throw forbidden(lacking)
  return { trials: kept, unknown }
}

/** To write and to remove the probe, and to read what it is judged by: namespaces for their labels, parameters for their names. */
function rightsOfProbe(trials: readonly Trial[], served: Served, namespace: string | undefined): Right[] {
  const laid = trials.filter((t) => t.objects.length > 0)
  if (laid.length === 0) return []
  const policies = ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'].flatMap((resource) =>
    LIFE.map((verb): Right => ({ verb, group: GROUP, resource })),
  )
  const params = laid.flatMap((t) => t.objects.filter((o) => o.kind === 'ConfigMap'))
  return [
    ...policies,
    ...params.flatMap(({ metadata }) =>
      LIFE.map((verb): Right => ({ verb, group: '', resource: 'configmaps', namespace: metadata.namespace ?? 'default' })),
    ),
    ...(laid.some((t) => looksAtNamespaces(t, namespace)) ? [{ verb: 'list', group: '', resource: 'namespaces' }] : []),
    ...laid.flatMap((t) => paramRights(t, served, namespace)),
  ]
}

/** By their labels, or to list Secrets in each of them. */
function looksAtNamespaces({ policy, binding, selection }: Trial, namespace: string | undefined): boolean {
  const selectors = [policy.spec.matchConstraints.namespaceSelector, binding?.matchResources?.namespaceSelector]
  const secrets = selection.asks.some(({ resource }) => resource.group === '' && resource.plural === 'secrets')
  return selectorText(selectors) !== undefined || (secrets && namespace === undefined)
}

function paramRights({ policy, binding }: Trial, served: Served, namespace: string | undefined): Right[] {
  const ref = binding?.paramRef
  const resource = paramResource(policy.spec.paramKind, served)
  if (ref === undefined || resource === undefined) return []
  const place = resource.namespaced ? (ref.namespace ?? namespace) : undefined
  return [{ verb: 'list', group: resource.group, resource: resource.plural, ...(place === undefined ? {} : { namespace: place }) }]
}

function rightsOf({ resource, operations }: Ask, namespace: string | undefined): Right[] {
  const verbs = ['list', ...(operations.includes('UPDATE') ? ['patch'] : []), ...(operations.includes('CREATE') ? ['get', 'create'] : [])]
  const where = namespace !== undefined && resource.namespaced ? { namespace } : {}
  return verbs.map((verb) => ({ verb, group: resource.group, resource: resource.plural, ...where }))
}

function forbidden(right: Right): HardenError {
  return new HardenError(
    'forbidden',
    `Nothing was written: ${describeRight(right)} is missing.`,
    'kubeharden permissions --tier admission-probe prints the rights of the probe; to ask about objects of a kind you must be allowed to list and patch them.',
  )
}
