import type { Item } from '#model/kinds.ts'
import type { ObjectRef } from '#model/refs.ts'
import { refTo } from '../workloadsRefs.ts'

/** Somebody who verifies signatures of images. */
export interface Verifier {
  readonly object: ObjectRef
  readonly by: string
  /** `warns`: it lets unsigned images in; `open`: what it cannot ask, it lets in; `unclear`: its settings are not in the API. */
  readonly does: 'refuses' | 'warns' | 'open' | 'unclear'
}

export interface VerifierLists {
  readonly namespaces: readonly Item<'namespaces'>[]
  readonly clusterImagePolicies: readonly Item<'clusterImagePolicies'>[]
  readonly kyvernoClusterPolicies: readonly Item<'kyvernoClusterPolicies'>[]
  readonly kyvernoPolicies: readonly Item<'kyvernoPolicies'>[]
  readonly imageValidatingPolicies: readonly Item<'imageValidatingPolicies'>[]
  readonly imageValidatingPoliciesAlpha: readonly Item<'imageValidatingPoliciesAlpha'>[]
  readonly ratifyVerifications: readonly Item<'ratifyVerifications'>[]
  readonly validatingWebhooks: readonly Item<'validatingWebhooks'>[]
  readonly mutatingWebhooks: readonly Item<'mutatingWebhooks'>[]
}

export const VERIFIER_KINDS = [
  'namespaces',
  'clusterImagePolicies',
  'kyvernoClusterPolicies',
  'kyvernoPolicies',
  'imageValidatingPolicies',
  'imageValidatingPoliciesAlpha',
  'ratifyVerifications',
  'validatingWebhooks',
  'mutatingWebhooks',
] as const

/** All that verifies signatures here, and whether an unsigned image is refused by it. */
export function verifiersOf(lists: VerifierLists): readonly Verifier[] {
  return [
    ...lists.clusterImagePolicies.map((p) => sigstore(p, lists)),
    ...lists.kyvernoClusterPolicies.flatMap((p) => kyverno(refTo('kyvernoClusterPolicies', p), p)),
    ...lists.kyvernoPolicies.flatMap((p) => kyverno(refTo('kyvernoPolicies', p), p)),
    ...inCel(lists),
    ...lists.ratifyVerifications.map((c): Verifier => {
      const action = c.spec.enforcementAction ?? 'deny'
      return {
        object: refTo('ratifyVerifications', c),
        by: 'Ratify',
        does: action === 'deny' ? 'refuses' : action === 'scoped' ? 'unclear' : 'warns',
      }
    }),
    ...connaisseur(lists),
  ]
}

/**
 * Authorities that are static pass everything; its webhook may let in what it cannot ask. It looks at namespaces that are labelled
 * for it, unless it was installed to look at all: where none is labelled, nobody can tell from here.
 */
function sigstore(policy: Item<'clusterImagePolicies'>, { namespaces, validatingWebhooks }: VerifierLists): Verifier {
  const { mode, authorities } = policy.spec
  const object = refTo('clusterImagePolicies', policy)
  const by = 'Sigstore policy-controller'
  const passesAll = authorities.length > 0 && authorities.every((a) => a.static?.action === 'pass')
  if (mode === 'warn' || passesAll) return { object, by, does: 'warns' }
  const hooks = validatingWebhooks.flatMap(({ webhooks }) => webhooks.filter((w) => /(?:^|\.)sigstore\.dev$/.test(w.name)))
  if (hooks.some((w) => w.failurePolicy === 'Ignore')) return { object, by, does: 'open' }
  const labelled = namespaces.some(({ metadata }) => metadata.labels['policy.sigstore.dev/include'] === 'true')
  return { object, by, does: labelled ? 'refuses' : 'unclear' }
}

/** `required: false` looks at no signature unless the image has one; the policy's own action counts where a rule says none. */
function kyverno(object: ObjectRef, { spec }: Item<'kyvernoPolicies'>): readonly Verifier[] {
  const all = spec.rules.flatMap((rule) => rule.verifyImages)
  if (all.length === 0) return []
  const enforces = all.some((v) => v.required !== false && /^enforce$/i.test(v.failureAction ?? spec.validationFailureAction ?? 'Audit'))
  return [{ object, by: 'Kyverno', does: !enforces ? 'warns' : spec.failurePolicy === 'Ignore' ? 'open' : 'refuses' }]
}

function inCel({ imageValidatingPolicies, imageValidatingPoliciesAlpha }: VerifierLists): readonly Verifier[] {
  const names = new Set(imageValidatingPolicies.map((p) => p.metadata.name))
  const both = [
    ...imageValidatingPolicies.map((p) => ({ p, object: refTo('imageValidatingPolicies', p) })),
    ...imageValidatingPoliciesAlpha
      .filter((p) => !names.has(p.metadata.name))
      .map((p) => ({ p, object: refTo('imageValidatingPoliciesAlpha', p) })),
  ]
  return both.map(({ p, object }) => {
    const { validationActions, failurePolicy } = p.spec
    const denies = validationActions.length === 0 || validationActions.includes('Deny')
    return { object, by: 'Kyverno', does: !denies ? 'warns' : failurePolicy === 'Ignore' ? 'open' : 'refuses' }
  })
}

/** It is a webhook of its own; what it verifies, and whether it only detects, stands in its own configuration. */
function connaisseur({ mutatingWebhooks, validatingWebhooks }: VerifierLists): readonly Verifier[] {
  const found = [
    ...mutatingWebhooks.map((w) => ({ w, object: refTo('mutatingWebhooks', w) })),
    ...validatingWebhooks.map((w) => ({ w, object: refTo('validatingWebhooks', w) })),
  ]
  return found
    .filter(({ w }) => w.metadata.name.startsWith('connaisseur') || w.webhooks.some(({ name }) => name.startsWith('connaisseur')))
    .map(({ w, object }) => ({
      object,
      by: 'Connaisseur',
      does: w.webhooks.some((h) => h.failurePolicy === 'Ignore') ? 'open' : 'unclear',
    }))
}
