import { type Item, KINDS, rightToRead } from '#model/kinds.ts'
import { SYSTEM_CONFIGS } from '#model/objects/control.ts'
import type { Collected } from '#model/state.ts'
import { resourcePath } from './discovery.ts'
import { gapFor } from './gaps.ts'
import { malformed } from './list.ts'
import type { Rest } from './rest.ts'

/**
 * The ConfigMaps of kube-system with component configuration, each asked for by its name. As lists, so that the right to list
 * ConfigMaps, which the base tier has, is enough; one that is not there is none.
 */
export async function probeSystemConfigs(rest: Rest, signal?: AbortSignal): Promise<Collected<Item<'systemConfigs'>>> {
  const items: Item<'systemConfigs'>[] = []
  try {
    for (const name of Object.keys(SYSTEM_CONFIGS)) {
      const query = { fieldSelector: `metadata.name=${name}` }
      for await (const page of rest.pages(resourcePath('v1', 'configmaps', 'kube-system'), { query, signal })) {
        for (const raw of (page as { items?: readonly unknown[] } | undefined)?.items ?? []) {
          const item = KINDS.systemConfigs.schema.safeParse(raw)
          if (!item.success) return { items, gaps: [malformed('systemConfigs', raw, item.error)] }
          items.push(item.data)
        }
      }
    }
    return { items, gaps: [] }
  } catch (error) {
    return { items: [], gaps: [gapFor('systemConfigs', error, undefined, rightToRead('systemConfigs'))] }
  }
}
