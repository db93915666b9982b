import type { Ready, SessionView } from './types.ts'

/** What a session shows, one value at a time, and who looks. */
export class Shown {
  readonly #listeners = new Set<() => void>()
  #view: SessionView

  constructor(view: SessionView) {
    this.#view = view
  }

  readonly view = (): SessionView => this.#view

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  show(view: SessionView): void {
    this.#view = view
    for (const listener of this.#listeners) listener()
  }

  /** Changes a part of what is shown of an open cluster; nothing where there is none. */
  patch(part: Partial<Ready>): void {
    if (this.#view.phase === 'ready') this.show({ ...this.#view, ...part })
  }
}
