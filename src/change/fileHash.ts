import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'

export interface FileHash {
  /** With the folder it stands in: each step has one of its own. */
  readonly name: string
  /** `sha256:<hex>`, as the API server's metrics write it. */
  readonly hash: string
  /** Does it still write plain text (identity comes first)? So do the step before encrypting and the step back. */
  readonly plain: boolean
  /** Its providers in order, of its first entry: `identity`, `secretbox:key1`, `kms:plugin`. No key. */
  readonly order: readonly string[]
  readonly resources: readonly string[]
}

const configuration = z.object({
  kind: z.literal('EncryptionConfiguration'),
  resources: z
    .array(z.object({ resources: z.array(z.string()).default([]), providers: z.array(z.record(z.string(), z.unknown())).min(1) }))
    .min(1),
})

/** The hashes of those of these files that are EncryptionConfigurations and still there. Nothing else of them is kept: they hold keys. */
export async function hashesOf(files: readonly string[]): Promise<readonly FileHash[]> {
  return (await Promise.all(files.filter((file) => /\.ya?ml$/.test(file)).map(hashOf))).flat()
}

async function hashOf(file: string): Promise<FileHash[]> {
  const text = await readFile(file).catch(() => undefined)
  if (text === undefined) return []
  const read = configuration.safeParse(readable(text.toString('utf8')))
  if (!read.success) return []
  const plain = read.data.resources.some(({ providers }) => 'identity' in (providers[0] ?? {}))
  const name = path.join(path.basename(path.dirname(file)), path.basename(file))
  const order = (read.data.resources[0]?.providers ?? []).flatMap((provider) => Object.entries(provider).flatMap(idsOf))
  const resources = read.data.resources.flatMap((entry) => entry.resources)
  return [{ name, hash: `sha256:${createHash('sha256').update(text).digest('hex')}`, plain, order, resources }]
}

const keyed = z.object({ keys: z.array(z.object({ name: z.string() })) })
const plugin = z.object({ name: z.string() })

/** How a provider's keys are called; the keys themselves are not looked at. */
function idsOf([provider, value]: [string, unknown]): string[] {
  const local = keyed.safeParse(value)
  if (local.success) return local.data.keys.map((key) => `${provider}:${key.name}`)
  const kms = plugin.safeParse(value)
  return [kms.success ? `${provider}:${kms.data.name}` : provider]
}

function readable(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}
