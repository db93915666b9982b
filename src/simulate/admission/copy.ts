import type { AskedOperation } from '#model/admission.ts'
import type { Json, KubeObject } from '#model/refs.ts'
import { ADMISSION_API, type BindingSpec, type MatchResources, type PolicySpec, type ResourceRule, type Validation } from './schema.ts'

/** What makes a probe ours alone: a name that nobody else has, and who we are to the API server. */
export interface Mark {
  /** Random, of letters and digits. */
  readonly nonce: string
  readonly user: string
}

/** Under this prefix the objects of a probe stand in the cluster. */
export const PROBE_NAME = 'kubeharden-probe-'
const WITNESS = 'kubeharden-witness'

export const probeName = ({ nonce }: Mark) => `${PROBE_NAME}${nonce}`
/** The field manager of the dry runs: whether all expressions could be evaluated, or each of them. */
export const managerOf = ({ nonce }: Mark, each = false) => `kubeharden:probe-${nonce}${each ? '/each' : ''}`

/** A text as CEL writes it. */
export const celString = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\u{10ffff}]/gu, (c) => `\\U${(c.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`)

/**
 * True for our own dry runs only. Every step looks first whether there is anything: a request of somebody else must find
 * false, never an error.
 */
export function guardOf(mark: Mark): string {
  return [
    'has(request.dryRun) && request.dryRun == true',
    'has(request.options) && request.options != null && has(request.options.fieldManager)',
    `request.options.fieldManager in [${celString(managerOf(mark))}, ${celString(managerOf(mark, true))}]`,
    `has(request.userInfo.username) && request.userInfo.username == ${celString(mark.user)}`,
  ].join(' && ')
}

/** An expression of the policy that can fail, and where it stands. */
export interface Part {
  readonly field: string
  readonly expression: string
}

/** What is watched for errors, in order: conditions as one, validations, and what is noted in the audit log. */
export function partsOf(spec: PolicySpec): readonly Part[] {
  const validations = (spec.validations ?? []).map((v, i) => ({ field: `spec.validations[${i}].expression`, expression: v.expression }))
  const notes = (spec.auditAnnotations ?? []).map((a, i) => ({
    field: `spec.auditAnnotations[${i}].valueExpression`,
    expression: a.valueExpression,
  }))
  return [...validations, ...notes]
}

const lines = (expression: string) => `(\n${expression}\n)`

/**
 * The copy of a policy that is put into force. Its own conditions become part of its validations: a condition that is
 * false, or that fails, would be silent as well. Behind the validations stand witnesses, which always fail where everything
 * before them could be evaluated: by them silence is told from not having been asked, and from an error, which failurePolicy
 * Ignore passes over.
 */
export function policyCopy(spec: PolicySpec, mark: Mark, operations: readonly AskedOperation[]): KubeObject {
  const conditions = spec.matchConditions ?? []
  const met = `kubeharden_met_${mark.nonce}`
  const variables = [
    ...(spec.variables ?? []),
    ...(conditions.length === 0 ? [] : [{ name: met, expression: conditions.map((c) => lines(c.expression)).join(' && ') }]),
  ]
  const isMet = conditions.length === 0 ? undefined : `variables.${met}`
  const { auditAnnotations: _, matchConditions: __, ...kept } = spec
  return plain({
    apiVersion: ADMISSION_API,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: probeName(mark), labels: { 'app.kubernetes.io/managed-by': 'kubeharden' } },
    spec: {
      ...kept,
      failurePolicy: 'Ignore',
      matchConstraints: { ...spec.matchConstraints, resourceRules: narrowed(spec.matchConstraints.resourceRules, operations) },
      matchConditions: [{ name: 'kubeharden-only-our-own-dry-runs', expression: guardOf(mark) }],
      variables,
      validations: [
        ...witnesses(spec, mark, isMet),
        ...(spec.validations ?? []).map((v) => withoutSecrets(underCondition(v, isMet), spec)),
        ...eachWitness(spec, mark, isMet),
      ],
    },
  })
}

/** The same words as without the condition. */
function underCondition(v: Validation, isMet: string | undefined): Validation {
  if (isMet === undefined) return v
  return { ...v, expression: `!${isMet} || ${lines(v.expression)}`, message: v.message ?? `failed expression: ${v.expression.trim()}` }
}

const OF_SECRET = 'request.resource.group == "" && request.resource.resource == "secrets"'

/** A message that is put together from the object must not carry values of a Secret: of those, only the fixed message is said. */
function withoutSecrets(v: Validation, { paramKind }: PolicySpec): Validation {
  const { messageExpression, ...fixed } = v
  if (messageExpression === undefined || (paramKind?.apiVersion === 'v1' && paramKind.kind === 'Secret')) return fixed
  return { ...fixed, messageExpression: `${OF_SECRET} ? "" : ${lines(messageExpression)}` }
}

/**
 * The first of all, because warnings that are too many are cut off at the end: `all` says that every expression could be
 * evaluated, `alive` that it was asked at all. With parameters, each of which has witnesses of its own, `alive` speaks in the second
 * question only, as `met` does: the conditions could be evaluated.
 */
function witnesses(spec: PolicySpec, mark: Mark, isMet: string | undefined): readonly Validation[] {
  const each = `request.options.fieldManager != ${celString(managerOf(mark, true))}`
  const all = `request.options.fieldManager != ${celString(managerOf(mark))}`
  const whole = `[${partsOf(spec)
    .map((p) => `dyn${lines(p.expression)}`)
    .join(', ')}].size() < 0`
  return [
    witness(spec, 'all', `${all} || (${isMet === undefined ? whole : `(${isMet} ? ${whole} : false)`})`),
    witness(spec, 'alive', alwaysAlive(spec) ? 'false' : each),
    ...(isMet === undefined ? [] : [witness(spec, 'met', `${each} || (${isMet} ? false : false)`)]),
  ]
}

/** Does every answer say whether the policy was in force for it? */
export const alwaysAlive = ({ paramKind }: Pick<PolicySpec, 'paramKind'>): boolean => paramKind === undefined

/** How many witnesses stand before the policy's own validations. */
export const leadOf = (spec: PolicySpec): number => ((spec.matchConditions ?? []).length === 0 ? 2 : 3)

/** One for each part, by which the part that fails is found. */
function eachWitness(spec: PolicySpec, mark: Mark, isMet: string | undefined): readonly Validation[] {
  const each = `request.options.fieldManager != ${celString(managerOf(mark, true))}`
  return partsOf(spec).map(({ expression }, i) => {
    const value = `dyn${lines(expression)} == dyn("")`
    return witness(spec, `${i}`, `${each} || (${isMet === undefined ? value : `(${isMet} && ${value})`} ? false : false)`)
  })
}

function witness(spec: PolicySpec, code: string, expression: string): Validation {
  const message = `${WITNESS} ${code}`
  if (spec.paramKind === undefined) return { expression, message }
  return { expression, message, messageExpression: `${celString(`${message} `)} + ${PARAM}` }
}

/** Which parameter object it was. */
const PARAM =
  '(params == null ? "" : (has(params.metadata.namespace) ? string(params.metadata.namespace) : "") + "/" + string(params.metadata.name))'

/** The binding of the copy: it warns, and does nothing else. */
export function bindingCopy(
  binding: BindingSpec | undefined,
  mark: Mark,
  more: { readonly namespace?: string; readonly param?: string },
): KubeObject {
  const paramRef = binding?.paramRef
  const everywhere: MatchResources | undefined =
    more.namespace === undefined ? undefined : { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': more.namespace } } }
  const matchResources = binding === undefined ? everywhere : binding.matchResources
  return plain({
    apiVersion: ADMISSION_API,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: probeName(mark), labels: { 'app.kubernetes.io/managed-by': 'kubeharden' } },
    spec: {
      policyName: probeName(mark),
      ...(paramRef === undefined ? {} : { paramRef: more.param === undefined ? paramRef : { ...paramRef, name: more.param } }),
      ...(matchResources === undefined ? {} : { matchResources }),
      validationActions: ['Warn'],
    },
  })
}

/** The rules with the operations that are asked, so that the copy is looked at for as few requests of others as can be. */
function narrowed(rules: readonly ResourceRule[], operations: readonly AskedOperation[]): readonly ResourceRule[] {
  const kept = rules.flatMap((rule): ResourceRule[] => {
    const asked = operations.filter((op) => rule.operations.includes('*') || rule.operations.includes(op))
    return asked.length === 0 ? [] : [{ ...rule, operations: asked }]
  })
  return kept
}

/** Plain JSON: what is undefined is not there. */
function plain(value: object): KubeObject {
  return JSON.parse(JSON.stringify(value)) as Json as unknown as KubeObject
}

/** What the warnings of one dry run say about one probe: for each parameter object (or '' without) what was witnessed. */
export interface Heard {
  readonly witnessed: ReadonlyMap<string, ReadonlySet<string>>
  readonly messages: readonly string[]
}

/** The warnings of this probe, and of nobody else. */
export function hear(warnings: readonly string[], mark: Mark): Heard {
  const name = probeName(mark)
  const head = `Validation failed for ValidatingAdmissionPolicy '${name}' with binding '${name}': `
  const witnessed = new Map<string, Set<string>>()
  const messages: string[] = []
  for (const warning of warnings) {
    if (!warning.startsWith(head)) continue
    const text = warning.slice(head.length)
    const [, code, param = ''] = /^kubeharden-witness (\S+)(?: (.*))?$/.exec(text) ?? []
    if (code === undefined) messages.push(text)
    else witnessed.set(param, (witnessed.get(param) ?? new Set()).add(code))
  }
  return { witnessed, messages }
}
