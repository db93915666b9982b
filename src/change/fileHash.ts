import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'

export interface FileHash {
  /** With the folder it stands in: each step has one of its own. */
  readonly name: string
  /** `sha256:<hex>`, as the API server's metrics write it. */
  readonly hash: string
}

const CONFIGURATION = /^kind: ['"]?EncryptionConfiguration['"]?\s*$/m

/** The hashes of those of these files that are EncryptionConfigurations and still there. Nothing else of them is kept: they hold keys. */
export async function hashesOf(files: readonly string[]): Promise<readonly FileHash[]> {
  const hashes = await Promise.all(
    files
      .filter((file) => /\.ya?ml$/.test(file))
      .map(async (file) => {
        const text = await readFile(file).catch(() => undefined)
        if (text === undefined || !CONFIGURATION.test(text.toString('utf8'))) return []
        return [
          {
            name: path.join(path.basename(path.dirname(file)), path.basename(file)),
            hash: `sha256:${createHash('sha256').update(text).digest('hex')}`,
          },
        ]
      }),
  )
  return hashes.flat()
}
