import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { type AuditLine, auditEvent } from '#model/audit.ts'
import { HardenError } from '#model/errors.ts'

/** The events of audit logs, one file after the other, line by line: a log of any size takes no memory. Gzip is seen by its first bytes. */
export async function* readAuditLogs(paths: readonly string[], signal?: AbortSignal): AsyncGenerator<AuditLine> {
  for (const path of paths) {
    let number = 0
    try {
      for await (const line of linesOf(path, await isGzip(path))) {
        number += 1
        if (signal?.aborted === true) throw new HardenError('interrupted', 'Interrupted while logs were read.', 'Nothing was written.')
        if (line.trim() !== '') yield* eventsOf(line, `${path}:${number}`)
      }
    } catch (thrown) {
      if (thrown instanceof HardenError) throw thrown
      const { code, message } = thrown as NodeJS.ErrnoException
      throw new HardenError(
        'input',
        `${path} cannot be read: ${code ?? message}.`,
        'Give the audit logs of the API servers, plain or gzip.',
      )
    }
  }
}

async function* linesOf(path: string, gzip: boolean): AsyncGenerator<string> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 })
  const text = gzip ? file.pipe(createGunzip()) : file
  // What goes wrong with the file itself must reach the reader of what was unpacked.
  file.once('error', (error) => text.destroy(error))
  try {
    yield* createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })
  } finally {
    file.destroy()
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}

function* eventsOf(line: string, where: string): Generator<AuditLine> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return yield { malformed: where }
  }
  // A webhook's backend keeps lists.
  const items = (value as { items?: unknown } | null)?.items
  for (const item of Array.isArray(items) ? items : [value]) {
    const parsed = auditEvent.safeParse(item)
    yield parsed.success ? { event: parsed.data } : { malformed: where }
  }
}
