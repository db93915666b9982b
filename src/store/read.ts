import { readFile } from 'node:fs/promises'
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { HardenError } from '#model/errors.ts'

/** The file's value, undefined where there is no file. HardenError `input` names file, line and field of what is wrong. */
export async function readJson<T>(file: string, schema: z.ZodType<T>, hint: string): Promise<T | undefined> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new HardenError('input', `${file} cannot be read (${cause.code ?? 'unknown'}).`, 'Give yourself the right to read it.', { cause })
  })
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new HardenError('input', `${file} is not JSON: ${(cause as Error).message}.`, hint, { cause })
  }
  let problems: string[]
  try {
    const result = schema.safeParse(value)
    if (result.success) return result.data
    problems = located(file, text, result.error.issues.slice(0, 5))
  } catch (cause) {
    // Nested so deeply that whoever walks through it runs out of stack.
    throw new HardenError('input', `${file} cannot be read: it is nested too deeply.`, hint, { cause })
  }
  throw new HardenError('input', problems.join('\n'), hint)
}

/** Each problem with its file, line and field; JSON is YAML. */
export function located(file: string, text: string, issues: readonly z.core.$ZodIssue[]): string[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  return issues.map((issue) => {
    const at = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
    const node = document.getIn(at, true) as { range?: [number, number, number] } | undefined
    const line = node?.range === undefined ? '' : `:${lines.linePos(node.range[0]).line}`
    return `${file}${line}: ${at.length === 0 ? '' : `${at.join('.')}: `}${issue.message}`
  })
}
