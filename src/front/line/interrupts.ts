import { Leave } from './prompter.ts'

/** Where Ctrl-C comes from: the process; in tests any emitter. */
export interface SignalSource {
  on(event: 'SIGINT', listener: () => void): unknown
  removeListener(event: 'SIGINT', listener: () => void): unknown
}

/** Ctrl-C as a value: whoever is working says what it means just now; pressed in between, the next prompt ends the dialogue. */
export interface Interrupts {
  /** Runs `work`; a Ctrl-C meanwhile calls `handler`, each time. */
  during<T>(handler: () => void, work: () => Promise<T>): Promise<T>
  /** Runs work that only reads: Ctrl-C aborts it and ends the dialogue at once. */
  reading<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Throws Leave where Ctrl-C was pressed while nobody listened. */
  check(): void
  close(): void
}

export function createInterrupts(source: SignalSource): Interrupts {
  const handlers: (() => void)[] = []
  let pending = false
  const onSignal = () => {
    const handler = handlers.at(-1)
    if (handler === undefined) pending = true
    else handler()
  }
  source.on('SIGINT', onSignal)

  async function during<T>(handler: () => void, work: () => Promise<T>): Promise<T> {
    handlers.push(handler)
    try {
      return await work()
    } finally {
      handlers.splice(handlers.lastIndexOf(handler), 1)
    }
  }

  return {
    during,
    reading: (work) => {
      const abort = new AbortController()
      const stopped = Promise.withResolvers<never>()
      const stop = () => {
        abort.abort()
        stopped.reject(new Leave('interrupt'))
      }
      return during(stop, () => Promise.race([work(abort.signal), stopped.promise]))
    },
    check: () => {
      if (pending) throw new Leave('interrupt')
    },
    close: () => {
      source.removeListener('SIGINT', onSignal)
    },
  }
}
