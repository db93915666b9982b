import * as z from 'zod'

/*
 * ValidatingAdmissionPolicy and its binding as far as the probe takes them apart. What it does not know is refused: a field
 * left out would be another policy.
 */

export const ADMISSION_API = 'admissionregistration.k8s.io/v1'

export const labelSelector = z.strictObject({
  matchLabels: z.optional(z.record(z.string(), z.string())),
  matchExpressions: z.optional(
    z.array(
      z.strictObject({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.optional(z.array(z.string())),
      }),
    ),
  ),
})
export type Selector = z.infer<typeof labelSelector>

export const resourceRule = z.strictObject({
  resourceNames: z.optional(z.array(z.string())),
  operations: z.array(z.enum(['*', 'CREATE', 'UPDATE', 'DELETE', 'CONNECT'])).min(1),
  apiGroups: z.array(z.string()).min(1),
  apiVersions: z.array(z.string()).min(1),
  resources: z.array(z.string()).min(1),
  scope: z.optional(z.enum(['*', 'Cluster', 'Namespaced'])),
})
export type ResourceRule = z.infer<typeof resourceRule>

export const matchResources = z.strictObject({
  namespaceSelector: z.optional(labelSelector),
  objectSelector: z.optional(labelSelector),
  resourceRules: z.optional(z.array(resourceRule)),
  excludeResourceRules: z.optional(z.array(resourceRule)),
  matchPolicy: z.optional(z.enum(['Exact', 'Equivalent'])),
})
export type MatchResources = z.infer<typeof matchResources>

const validation = z.strictObject({
  expression: z.string().min(1),
  message: z.optional(z.string()),
  reason: z.optional(z.string()),
  messageExpression: z.optional(z.string()),
})
export type Validation = z.infer<typeof validation>

export const policySpec = z.strictObject({
  paramKind: z.optional(z.strictObject({ apiVersion: z.string(), kind: z.string() })),
  matchConstraints: matchResources.extend({ resourceRules: z.array(resourceRule).min(1) }),
  validations: z.optional(z.array(validation)),
  failurePolicy: z.optional(z.enum(['Fail', 'Ignore'])),
  auditAnnotations: z.optional(z.array(z.strictObject({ key: z.string(), valueExpression: z.string().min(1) }))),
  matchConditions: z.optional(z.array(z.strictObject({ name: z.string(), expression: z.string().min(1) }))),
  variables: z.optional(z.array(z.strictObject({ name: z.string(), expression: z.string().min(1) }))),
})
export type PolicySpec = z.infer<typeof policySpec>

const paramRef = z.strictObject({
  name: z.optional(z.string()),
  namespace: z.optional(z.string()),
  selector: z.optional(labelSelector),
  parameterNotFoundAction: z.optional(z.enum(['Allow', 'Deny'])),
})
export type ParamRef = z.infer<typeof paramRef>

export const bindingSpec = z.strictObject({
  policyName: z.string().min(1),
  paramRef: z.optional(paramRef),
  matchResources: z.optional(matchResources),
  validationActions: z.optional(z.array(z.enum(['Deny', 'Warn', 'Audit']))),
})
export type BindingSpec = z.infer<typeof bindingSpec>
