import type { Impact } from '#model/change.ts'
import type { QuotaRefusal } from '#model/quota.ts'
import { refKey, refLabel } from '#model/refs.ts'
import { countedKinds, QUOTA_READS } from '#simulate/quota/ground.ts'
import { quotaOf } from '../quota.ts'
import { type Aspect, firstOf } from './aspect.ts'

const BOUNDS = ['ResourceQuota', 'LimitRange']

/** What is there and would not be admitted again, and rollouts that would not fit, where they fitted before. */
export const quota: Aspect = {
  touches: ['resourceQuotas', 'limitRanges'],
  reads: QUOTA_READS,
  readsToo: countedKinds,
  tell: ({ before, after, refs, now }) => {
    const bounds = refs.filter((ref) => BOUNDS.includes(ref.kind))
    const namespaces = [...new Set(bounds.flatMap((ref) => ref.namespace ?? []))]
    return namespaces.flatMap((namespace) => {
      const old = new Set(refusals(before, namespace, now).map(key))
      const fresh = refusals(after, namespace, now).filter((r) => !old.has(key(r)))
      return firstOf(fresh.map(line), `preview quota -n ${namespace}`)
    })
  },
}

function refusals(state: Parameters<typeof quotaOf>[0], namespace: string, now: Date): readonly QuotaRefusal[] {
  return quotaOf(state, { namespace }, [], now).namespaces.flatMap((ns) => ns.refused)
}

const key = ({ object, stage }: QuotaRefusal) => `${stage} ${refKey(object)}`

function line({ object, owner, stage, by, reason, stuck }: QuotaRefusal): Impact {
  const what =
    stage === 'today'
      ? 'made again, it would be refused'
      : stuck === true
        ? 'its next rollout would be stopped'
        : 'its next rollout would be slowed down'
  return {
    level: stage === 'rollout' && stuck !== true ? 'warn' : 'danger',
    text: { en: `{object}: ${what} by {by}: {reason}.` },
    params: { object: refLabel(stage === 'today' ? object : (owner ?? object)), by: `${by.kind} ${by.name}`, reason },
  }
}
