import * as z from 'zod'
import type { AdmissionDoor, ListedName } from '#model/admission.ts'
import { resourcePath } from '../discovery.ts'
import { Malformed } from '../gaps.ts'
import type { Rest } from '../rest.ts'
import { TABLE_ONLY } from '../secrets.ts'

const table = z.object({
  kind: z.literal('Table'),
  columnDefinitions: z.array(z.object({ name: z.string() })),
  rows: z.array(z.object({ cells: z.array(z.unknown()), object: z.null().optional() })).nullish(),
})
const namespaces = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })).nullish() })

/** Names of Secrets and nothing else: tables without objects, namespace by namespace, because a row does not say to which it belongs. */
export async function* secretNames(
  rest: Rest,
  { namespace, labels, signal }: Parameters<AdmissionDoor['names']>[1],
): AsyncGenerator<readonly ListedName[], void, undefined> {
  for (const place of namespace === undefined ? await allNamespaces(rest, signal) : [namespace]) {
    const options = { accept: TABLE_ONLY, query: { includeObject: 'None', labelSelector: labels }, signal }
    for await (const page of rest.pages(resourcePath('v1', 'secrets', place), options)) {
      const parsed = table.safeParse(page)
      if (!parsed.success) throw new Malformed('The answer to the list of Secrets is not a plain table; it was thrown away unread.')
      const column = parsed.data.columnDefinitions.findIndex(({ name }) => name === 'Name')
      yield (parsed.data.rows ?? []).map(({ cells }) => {
        const name = cells[column]
        if (typeof name !== 'string') throw new Malformed('The table of Secrets has no names.')
        return { name, namespace: place }
      })
    }
  }
}

async function allNamespaces(rest: Rest, signal?: AbortSignal): Promise<readonly string[]> {
  const found: string[] = []
  for await (const page of rest.pages('/api/v1/namespaces', { signal }))
    found.push(...(namespaces.parse(page).items ?? []).map(({ metadata }) => metadata.name))
  return found
}
