import { randomBytes } from 'node:crypto'
import type { AskedOperation, Served } from '#model/admission.ts'
import { HardenError } from '#model/errors.ts'
import type { KubeObject } from '#model/refs.ts'
import { bindingCopy, type Mark, policyCopy, probeName } from '#simulate/admission/copy.ts'
import type { ProposedPolicy } from '#simulate/admission/proposal.ts'
import type { BindingSpec } from '#simulate/admission/schema.ts'
import { type Selection, selectionOf } from '#simulate/admission/select.ts'

/** One policy under one binding, with what is written to try it. */
export interface Trial {
  readonly policy: ProposedPolicy
  readonly binding?: BindingSpec
  readonly mark: Mark
  readonly selection: Selection
  /** Parameters first, the binding last: nothing is in force before all of it is there. */
  readonly objects: readonly KubeObject[]
  /** Why it cannot be tried at all. */
  readonly blocked?: string
}

interface Place {
  readonly user: string
  readonly served: Served
  readonly namespace?: string
}

/** What is tried: each policy under each of its bindings, or everywhere where the file has none. */
export function trialsOf(policies: readonly ProposedPolicy[], place: Place): readonly Trial[] {
  return policies.flatMap((policy) =>
    (policy.bindings.length === 0 ? [undefined] : policy.bindings).map((binding) => trialOf(policy, binding?.spec, place)),
  )
}

function trialOf(policy: ProposedPolicy, binding: BindingSpec | undefined, { user, served, namespace }: Place): Trial {
  const mark = { nonce: randomBytes(6).toString('hex'), user }
  const selection = selectionOf(policy.spec, binding, served)
  const base = { policy, mark, selection, ...(binding === undefined ? {} : { binding }) }
  const params = paramCopies(policy, binding, mark, served)
  if ('blocked' in params) return { ...base, objects: [], blocked: params.blocked }
  const operations: readonly AskedOperation[] = [...new Set(selection.asks.flatMap((ask) => ask.operations))]
  if (operations.length === 0) return { ...base, objects: [] }
  const more = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(params.copies.length === 0 ? {} : { param: probeName(mark) }),
  }
  return { ...base, objects: [...params.copies, policyCopy(policy.spec, mark, operations), bindingCopy(binding, mark, more)] }
}

/** Parameters of the file are put there as copies too, where that touches nobody: a ConfigMap that only this binding names. */
function paramCopies(
  { spec, params }: ProposedPolicy,
  binding: BindingSpec | undefined,
  mark: Mark,
  served: Served,
): { readonly copies: readonly KubeObject[] } | { readonly blocked: string } {
  const { paramKind } = spec
  if (paramKind === undefined) return { copies: [] }
  const words = `${paramKind.apiVersion} ${paramKind.kind}`
  if (paramResource(spec.paramKind, served) === undefined) return { blocked: `this cluster does not serve its parameters (${words})` }
  if (binding === undefined) return { blocked: `it takes parameters (${words}), and no binding in the file says which` }
  const ref = binding.paramRef
  if (ref === undefined || params.length === 0) return { copies: [] }
  const named = params.find((p) => p.metadata.name === ref.name && (p.metadata.namespace ?? 'default') === (ref.namespace ?? 'default'))
  if (ref.name !== undefined && named === undefined && ref.namespace !== undefined) return { copies: [] }
  const plain = words === 'v1 ConfigMap'
  if (named === undefined || !plain || ref.namespace === undefined || ref.selector !== undefined)
    return {
      blocked: `its parameters stand in the file: only a ConfigMap that the binding names with its namespace is tried from there. Apply the parameters first and leave them out of the file`,
    }
  const { data, binaryData } = named
  const metadata = { name: probeName(mark), namespace: ref.namespace, labels: { 'app.kubernetes.io/managed-by': 'kubeharden' } }
  return {
    copies: [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        ...(data === undefined ? {} : { data }),
        ...(binaryData === undefined ? {} : { binaryData }),
      },
    ],
  }
}

export function paramResource(paramKind: ProposedPolicy['spec']['paramKind'], { resources }: Served) {
  return resources.find(
    (r) => (r.group === '' ? r.version : `${r.group}/${r.version}`) === paramKind?.apiVersion && r.kind === paramKind.kind,
  )
}

/** HardenError `not-found` where the cluster is too old for policies. */
export function refuseUnserved({ resources }: Served, version: string | undefined): void {
  const there = resources.some(
    (r) => r.group === 'admissionregistration.k8s.io' && r.version === 'v1' && r.plural === 'validatingadmissionpolicies',
  )
  if (there) return
  throw new HardenError(
    'not-found',
    `This cluster${version === undefined ? '' : ` (${version})`} does not serve ValidatingAdmissionPolicy of admissionregistration.k8s.io/v1.`,
    'Kubernetes serves it since 1.30.',
  )
}
