import { createInterface } from 'node:readline'
import type { Interrupts } from './interrupts.ts'
import { Leave } from './prompter.ts'

/** Lines of an input, one at a time; no cursor codes, no raw mode. */
export interface LineReader {
  /** The next line; throws Leave at the end of the input and on Ctrl-C. */
  next(): Promise<string>
  /** Forgets lines that were typed before anybody asked. */
  forget(): void
  close(): void
}

interface Waiter {
  readonly resolve: (line: string) => void
  readonly reject: (error: Error) => void
}

export function createLineReader(input: NodeJS.ReadableStream, interrupts: Interrupts): LineReader {
  const reader = createInterface({ input, terminal: false, crlfDelay: Number.POSITIVE_INFINITY })
  const queue: string[] = []
  let ended = false
  let waiter: Waiter | undefined
  reader.on('line', (line) => {
    if (waiter === undefined) queue.push(line)
    else waiter.resolve(line)
    waiter = undefined
  })
  reader.on('close', () => {
    ended = true
    waiter?.reject(new Leave('eof'))
    waiter = undefined
  })
  return {
    next: async () => {
      interrupts.check()
      const line = queue.shift()
      if (line !== undefined) return line
      if (ended) throw new Leave('eof')
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      waiter = { resolve, reject }
      return interrupts.during(
        () => {
          waiter = undefined
          reject(new Leave('interrupt'))
        },
        () => promise,
      )
    },
    forget: () => {
      queue.length = 0
    },
    close: () => reader.close(),
  }
}
