import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import * as z from 'zod'
import type { KeySource } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'

const configuration = z.object({
  kind: z.literal('EncryptionConfiguration'),
  resources: z.array(
    z.object({
      providers: z.array(
        z.record(z.string(), z.looseObject({ keys: z.array(z.object({ name: z.string(), secret: z.string() })).optional() }).nullish()),
      ),
    }),
  ),
})

/**
 * The keys of one plan, made or read when a file is written. The same id is the same key in every file. Values live in
 * here and in the files, and nowhere else: no error and no return value but `resolve`'s carries one.
 */
export class KeyRing {
  readonly #keys = new Map<string, string>()

  /** Makes or reads the keys of these sources. HardenError `input` where a named file or key is not there. */
  async load(sources: readonly KeySource[]): Promise<void> {
    for (const source of sources) {
      if (this.#keys.has(source.id)) continue
      const key = source.from === 'random' ? randomBytes(source.bytes).toString('base64') : await readKey(source)
      this.#keys.set(source.id, key)
    }
  }

  resolve(source: KeySource): string {
    const key = this.#keys.get(source.id)
    if (key === undefined)
      throw new HardenError('internal', `The key ${source.id} was not made.`, 'This is a defect in kubeharden: report it.')
    return key
  }
}

/** Aliases are refused by the parser with an error of its own. */
function plainValue(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 })
  } catch {
    return undefined
  }
}

/** Takes a key over from an EncryptionConfiguration that the operator named. Errors never quote the file's text. */
async function readKey({ file, provider, keyName }: Extract<KeySource, { from: 'encryption-config' }>): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new HardenError(
      'input',
      `${file} cannot be read (${cause.code ?? 'unknown'}).`,
      'Name the EncryptionConfiguration in use, copied from the control plane.',
    )
  })
  const document = parseDocument(text, { version: '1.1', prettyErrors: false })
  const parsed = document.errors.length > 0 ? undefined : configuration.safeParse(plainValue(document))
  if (parsed?.success !== true)
    throw new HardenError(
      'input',
      `${file} is not an EncryptionConfiguration.`,
      'Name the file that --encryption-provider-config points to.',
    )
  const providers = parsed.data.resources.flatMap((r) => r.providers).flatMap((p) => Object.entries(p))
  const keys = providers.filter(([name]) => name === provider).flatMap(([, value]) => value?.keys ?? [])
  const secret = keys.find((key) => key.name === keyName)?.secret
  if (secret !== undefined) return secret
  const there = providers.map(
    ([name, value]) => `${name}${value?.keys === undefined ? '' : ` (${value.keys.map((k) => k.name).join(', ')})`}`,
  )
  throw new HardenError('input', `${file} has no key ${keyName} of ${provider}.`, `It has: ${[...new Set(there)].join(', ')}.`)
}
