import type * as z from 'zod'
import { HardenError } from '#model/errors.ts'
import { type KubeObject, refLabel, refOf } from '#model/refs.ts'
import { ADMISSION_API, type BindingSpec, bindingSpec, type PolicySpec, policySpec } from './schema.ts'

/** An object of a file and where it stands: `policies.yaml:12`. */
export interface Placed {
  readonly object: KubeObject
  readonly at: string
}

export interface ProposedPolicy {
  readonly name: string
  readonly spec: PolicySpec
  /** Of the file; where there is none, the policy is asked for everywhere. */
  readonly bindings: readonly { readonly name: string; readonly spec: BindingSpec }[]
  /** Parameter objects of the file. */
  readonly params: readonly KubeObject[]
}

const POLICY = 'ValidatingAdmissionPolicy'
const BINDING = 'ValidatingAdmissionPolicyBinding'

/** The policies of a file with what belongs to them. HardenError `input` names the file and line of what does not fit. */
export function readProposal(objects: readonly Placed[]): readonly ProposedPolicy[] {
  const [policies, bindings, others] = [pick(objects, POLICY), pick(objects, BINDING), objects.filter((o) => !isOurs(o.object))]
  if (policies.length === 0)
    throw wrong(objects[0]?.at ?? 'the file', `there is no ${POLICY} of ${ADMISSION_API}`, 'Give a file with the policies to be tried.')
  refuseTwice(policies)
  refuseTwice(bindings)
  const read = policies.map((placed) => ({ placed, spec: parse(policySpec, placed) }))
  const bound = bindings.map((placed) => ({ placed, spec: parse(bindingSpec, placed) }))
  const names = new Set(read.map(({ placed }) => placed.object.metadata.name))
  const astray = bound.find(({ spec }) => !names.has(spec.policyName))
  if (astray !== undefined)
    throw wrong(
      astray.placed.at,
      `${labelOf(astray.placed)} binds ${astray.spec.policyName}, which is not in the file`,
      'Put the policy into the same file.',
    )
  refuseForeign(
    others,
    read.map(({ spec }) => spec),
  )
  return read.map(({ placed, spec }) => ({
    name: placed.object.metadata.name,
    spec,
    bindings: bound
      .filter((b) => b.spec.policyName === placed.object.metadata.name)
      .map((b) => ({ name: b.placed.object.metadata.name, spec: b.spec })),
    params: others.filter(({ object }) => isParam(object, spec)).map(({ object }) => object),
  }))
}

function isOurs({ apiVersion, kind }: KubeObject): boolean {
  return apiVersion === ADMISSION_API && (kind === POLICY || kind === BINDING)
}

function pick(objects: readonly Placed[], kind: string): readonly Placed[] {
  return objects.filter(({ object }) => isOurs(object) && object.kind === kind)
}

function isParam({ apiVersion, kind }: KubeObject, { paramKind }: PolicySpec): boolean {
  return paramKind !== undefined && paramKind.apiVersion === apiVersion && paramKind.kind === kind
}

function refuseForeign(others: readonly Placed[], specs: readonly PolicySpec[]): void {
  const foreign = others.find(({ object }) => !specs.some((spec) => isParam(object, spec)))
  if (foreign === undefined) return
  const { apiVersion, kind } = foreign.object
  const hint =
    apiVersion.startsWith('admissionregistration.k8s.io/') && apiVersion !== ADMISSION_API
      ? `Write it as ${ADMISSION_API}.`
      : `Keep to ${POLICY}, ${BINDING} and the parameter objects of the policies' paramKind.`
  throw wrong(foreign.at, `${labelOf(foreign)} (${apiVersion} ${kind}) is neither a policy, nor a binding, nor a parameter of one`, hint)
}

function refuseTwice(objects: readonly Placed[]): void {
  const seen = new Map<string, string>()
  for (const placed of objects) {
    const first = seen.get(placed.object.metadata.name)
    if (first !== undefined) throw wrong(placed.at, `${labelOf(placed)} stands in ${first} already`, 'Keep one of them.')
    seen.set(placed.object.metadata.name, placed.at)
  }
}

function parse<T extends z.ZodType>(schema: T, placed: Placed): z.output<T> {
  // `key: null` in YAML is a key that is not there, as the API server takes it.
  const spec: unknown = JSON.parse(JSON.stringify(placed.object.spec ?? {}), (_key, value: unknown) => (value === null ? undefined : value))
  const parsed = schema.safeParse(spec)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const path = ['spec', ...(issue?.path ?? [])].join('.')
  throw wrong(placed.at, `${labelOf(placed)}: ${path}: ${issue?.message ?? 'cannot be read'}`, 'Correct the manifest and run again.')
}

const labelOf = ({ object }: Placed) => refLabel(refOf(object))

function wrong(at: string, what: string, hint: string): HardenError {
  return new HardenError('input', `${at}: ${what}.`, hint)
}
