import * as z from 'zod'
import { KINDS } from '#model/kinds.ts'
import { resourcePath } from './discovery.ts'
import { Malformed } from './gaps.ts'
import type { Listed } from './listed.ts'
import type { Rest } from './rest.ts'

/**
 * Safety rule 1: only a Table, and only without objects, is clean. There is no fallback type in the Accept header, so
 * that a server that cannot do it answers 406 instead of sending the values.
 */
export const TABLE_ONLY = 'application/json;as=Table;v=v1;g=meta.k8s.io'

const table = z.object({
  kind: z.literal('Table'),
  columnDefinitions: z.array(z.object({ name: z.string() })),
  rows: z.array(z.object({ cells: z.array(z.unknown()), object: z.null().optional() })).nullish(),
})

/** Name, type, number of keys and age of the Secrets of one namespace. Throws ApiError, NoAnswer or Malformed. */
export async function listSecrets(rest: Rest, namespace: string, signal?: AbortSignal): Promise<Listed> {
  const { apiVersion, plural, schema } = KINDS.secrets
  const items: z.output<typeof schema>[] = []
  const options = { accept: TABLE_ONLY, query: { includeObject: 'None' }, signal }
  for await (const data of rest.pages(resourcePath(apiVersion, plural, namespace), options)) {
    const parsed = table.safeParse(data)
    // Not one byte of such an answer is kept, and nothing of it is quoted.
    if (!parsed.success) throw new Malformed('The answer to the list of Secrets is not a plain table; it was thrown away unread.')
    const column = (name: string) => parsed.data.columnDefinitions.findIndex((definition) => definition.name === name)
    const [name, type, keys, age] = [column('Name'), column('Type'), column('Data'), column('Age')]
    if (name < 0 || type < 0 || keys < 0) throw new Malformed('The table of Secrets has not the columns Name, Type and Data.')
    for (const { cells } of parsed.data.rows ?? []) {
      const row = schema.safeParse({
        metadata: { name: cells[name], namespace },
        type: cells[type],
        keys: cells[keys],
        ageDays: days(cells[age]),
      })
      if (!row.success) throw new Malformed('A row of the table of Secrets could not be read.')
      items.push(row.data)
    }
  }
  return { items, gaps: [] }
}

const DAYS: Readonly<Record<string, number>> = { y: 365, d: 1, h: 1 / 24, m: 1 / 1440, s: 1 / 86_400 }

/** The printed age (`3y12d`, `5d4h`, `12m`) in whole days; undefined for `<unknown>`. */
export function days(age: unknown): number | undefined {
  if (typeof age !== 'string' || !/^(\d+[ydhms])+$/.test(age)) return undefined
  return Math.floor([...age.matchAll(/(\d+)([ydhms])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * (DAYS[unit ?? ''] ?? 0), 0))
}
