import * as z from 'zod'
import { type Item, KINDS, type Kind } from '#model/kinds.ts'
import type { Gap } from '#model/right.ts'
import { ApiError } from './api-error.ts'
import { resourcePath } from './discovery.ts'
import { Malformed } from './gaps.ts'
import type { Listed } from './listed.ts'
import type { Rest } from './rest.ts'
import { listSecrets } from './secrets.ts'

const page = z.object({ items: z.array(z.unknown()).nullish() })

/** One kind, everywhere or in one namespace, page by page. Throws ApiError, NoAnswer or Malformed. */
export async function listAll(rest: Rest, kind: Kind, namespace: string | undefined, signal?: AbortSignal): Promise<Listed> {
  if (KINDS[kind].by === 'table') {
    if (namespace === undefined) throw new Error(`${kind} are listed by namespace: a table does not say to which one a row belongs`)
    return restarting(() => listSecrets(rest, namespace, signal))
  }
  return restarting(() => listObjects(rest, kind, namespace, signal))
}

/** A list that takes longer than etcd keeps old revisions ends in 410 Expired: from the start, once. */
async function restarting(list: () => Promise<Listed>): Promise<Listed> {
  try {
    return await list()
  } catch (error) {
    if (error instanceof ApiError && error.code === 410) return await list()
    throw error
  }
}

async function listObjects(rest: Rest, kind: Kind, namespace: string | undefined, signal?: AbortSignal): Promise<Listed> {
  const spec = KINDS[kind]
  const items: Item<Kind>[] = []
  const gaps: Gap[] = []
  for await (const data of rest.pages(resourcePath(spec.apiVersion, spec.plural, namespace), { signal })) {
    const parsed = page.safeParse(data)
    if (!parsed.success) throw new Malformed(`The answer is not a list of ${spec.kind} objects.`)
    for (const raw of parsed.data.items ?? []) {
      const item = spec.schema.safeParse(raw)
      if (item.success) items.push(item.data)
      else gaps.push(malformed(kind, raw, item.error))
    }
  }
  return { items, gaps }
}

const identity = z.object({ metadata: z.object({ name: z.string(), namespace: z.string().optional() }) })

/** An object that the schema refuses: named, with the place, without its content. Its namespace counts as not seen whole. */
export function malformed(kind: Kind, raw: unknown, error: z.ZodError): Gap {
  const id = identity.safeParse(raw)
  const { name = '(without a name)', namespace } = id.success ? id.data.metadata : {}
  const issue = error.issues[0]
  const label = `${KINDS[kind].kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
  const detail = `${label} could not be read: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`
  return { kind, ...(namespace === undefined ? {} : { namespace }), reason: 'malformed', detail }
}
