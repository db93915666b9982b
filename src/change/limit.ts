import { HardenError } from '#model/errors.ts'

const AT_ONCE = 6

/** `Promise.all` with a few at a time; results in the order of the items. The first error is thrown when all have stopped. */
export async function mapLimit<T, R>(items: readonly T[], fn: (item: T) => Promise<R>, atOnce = AT_ONCE): Promise<R[]> {
  const results: R[] = []
  const errors: unknown[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length && errors.length === 0) {
      const at = next
      next += 1
      try {
        results[at] = await fn(items[at] as T)
      } catch (error) {
        errors.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  if (errors.length > 0) throw errors[0]
  return results
}

/** Throws HardenError `interrupted` after Ctrl-C, where nothing has been written yet. */
export function checkNotInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new HardenError('interrupted', 'Stopped. Nothing was written.', 'Start again whenever you like.')
}
