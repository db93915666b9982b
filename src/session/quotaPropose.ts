import { renderObject } from '#change/render.ts'
import type { KubeObject } from '#model/refs.ts'
import { isSystemNamespace, type State } from '#model/state.ts'
import { groundsOf } from '#simulate/quota/ground.ts'
import { propose, QUOTA_NAME, RANGE_NAME } from '#simulate/quota/propose.ts'

/** A quota for each of these namespaces, and defaults where its containers say too little. Those of the cluster itself are left out. */
export function proposalsFor(state: State, namespaces: readonly string[], headroom: number, now: Date): readonly KubeObject[] {
  return drafts(state, namespaces, headroom, now).map((draft) => draft.object)
}

/** The same as YAML with comments. */
export function proposalsText(proposals: readonly KubeObject[]): string {
  return proposals.map((object) => rendered(object).text.trimEnd()).join('\n---\n')
}

function drafts(state: State, namespaces: readonly string[], headroom: number, now: Date) {
  const groundOf = groundsOf(state, now)
  return namespaces
    .filter((name) => !isSystemNamespace(name))
    .flatMap((namespace) => {
      const proposal = propose(groundOf(namespace), headroom)
      if (proposal === undefined) return []
      const quota = renderObject('quota/resource-quota', { name: QUOTA_NAME, namespace, hard: proposal.hard })
      if (proposal.defaults === undefined) return [quota]
      const { defaultRequest, default: limits } = proposal.defaults
      // The defaults come first: a quota over memory refuses what says nothing.
      return [renderObject('quota/limit-range', { name: RANGE_NAME, namespace, defaultRequest, default: limits }), quota]
    })
}

function rendered(object: KubeObject) {
  const { name, namespace } = object.metadata
  const spec = object.spec as unknown as {
    hard?: Record<string, string>
    limits?: { defaultRequest?: Record<string, string>; default?: Record<string, string> }[]
  }
  if (object.kind === 'ResourceQuota') return renderObject('quota/resource-quota', { name, namespace, hard: spec.hard })
  return renderObject('quota/limit-range', {
    name,
    namespace,
    defaultRequest: spec.limits?.[0]?.defaultRequest,
    default: spec.limits?.[0]?.default,
  })
}
