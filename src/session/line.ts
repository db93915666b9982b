/** A queue for one: who enters waits until those before have left. */
export class Line {
  #last: Promise<void> = Promise.resolve()

  /** Resolves when it is one's turn, with the way out. */
  async enter(): Promise<() => void> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    await before
    return resolve
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
