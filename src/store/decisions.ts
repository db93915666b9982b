import { readFile } from 'node:fs/promises'
import { LineCounter, parseDocument } from 'yaml'
import { DECISIONS_KEY, type Decisions, type DecisionsSource, decisions, type Lookup } from '#model/decisions.ts'
import { HardenError } from '#model/errors.ts'
import type { ObjectRef } from '#model/refs.ts'
import { located } from './read.ts'

const HINT = 'kubeharden progress -o decisions prints what is decided here in that form.'
const MOST_BYTES = 1 << 20
const IN_CLUSTER = /^configmap:([a-z0-9-]+)\/([a-z0-9.-]+)$/

/** `FILE`, or `configmap:NAMESPACE/NAME` of the cluster that is looked at. */
export function decisionsFrom(where: string): DecisionsSource {
  const [, namespace, name] = IN_CLUSTER.exec(where) ?? []
  if (namespace !== undefined && name !== undefined)
    return async (lookup) => parse(await ofConfigMap({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name }, lookup), where)
  return async () => parse(await ofFile(where), where)
}

async function ofFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new HardenError('input', `${path} cannot be read: ${error.code ?? error.message}.`, 'Check the path given with --decisions.')
  })
  if (text.length > MOST_BYTES) throw new HardenError('input', `${path} is larger than 1 MiB.`, HINT)
  return text
}

async function ofConfigMap(ref: ObjectRef, lookup: Lookup | undefined): Promise<string> {
  const where = `ConfigMap ${ref.namespace}/${ref.name}`
  if (lookup === undefined)
    throw new HardenError('input', `${where} can only be read from a live cluster.`, 'Give a file with --decisions instead.')
  const object = await lookup(ref)
  const text = (object?.data as { readonly [key: string]: unknown } | undefined)?.[DECISIONS_KEY]
  if (typeof text === 'string') return text
  const what = object === undefined ? 'is not there' : `has no key ${DECISIONS_KEY}`
  throw new HardenError('input', `${where} ${what}.`, HINT)
}

/** Nothing in it is ignored: an unknown field or a date that cannot be read is an error, never "for ever". */
function parse(text: string, where: string): Decisions {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const [broken] = document.errors
  if (broken !== undefined)
    throw new HardenError('input', `${where}:${lines.linePos(broken.pos[0]).line}: ${broken.message.split('\n')[0]}`, HINT)
  const result = decisions.safeParse(document.toJS({ maxAliasCount: 20 }))
  if (result.success) return result.data
  const problems = located(where, text, result.error.issues.slice(0, 5))
  throw new HardenError('input', problems.join('\n'), HINT)
}
