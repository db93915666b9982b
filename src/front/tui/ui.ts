import { HardenError, toHardenError } from '#model/errors.ts'
import type { Lang } from '#model/text.ts'
import type { Session } from '#session/types.ts'
import type { Line, Tone } from './lines.ts'
import { type Nav, type NavAction, navigate, START } from './nav.ts'
import { type Say, sayer } from './words.ts'

/** A question or a message in place of the screen's body. Dangerous questions start on Cancel. */
export type Dialog =
  | { readonly kind: 'notice'; readonly title: string; readonly text: string; readonly hint?: string }
  | {
      readonly kind: 'confirm'
      readonly title: string
      readonly lines: readonly Line[]
      readonly yes: string
      readonly focus: 'cancel' | 'yes'
      /** A name that has to be typed before yes. */
      readonly typed?: { readonly expected: string; readonly text: string; readonly wrong?: boolean }
      readonly run: () => void
    }
  | {
      readonly kind: 'prompt'
      readonly title: string
      readonly help: string
      readonly text: string
      readonly at: number
      readonly run: (text: string) => void
    }

export interface UiState {
  readonly nav: Nav
  readonly dialog?: Dialog
  readonly palette?: { readonly text: string; readonly cursor: number }
  readonly toast?: { readonly text: string; readonly tone: Tone }
  /** Something is under way; keys other than Esc and Ctrl-C wait. */
  readonly busy?: { readonly label: string; readonly abort: AbortController }
}

export interface UiOptions {
  readonly lang: Lang
  readonly version: string
  /** What is said below the first screen. */
  readonly startedHint?: string
  /** What has to be typed before cluster-wide changes; without it the context's or cluster's name. */
  readonly confirmName?: string
  readonly onExit: (code: number) => void
}

/** The state of the screens outside React: keys that arrive together each see what the one before did. */
export class Ui {
  readonly session: Session
  readonly options: UiOptions
  readonly t: Say
  /** Stops the apply that is under way. */
  applying: AbortController | undefined
  /** The score when this cluster was opened, to show what changed since. */
  first: number | undefined
  #state: UiState
  readonly #listeners = new Set<() => void>()

  constructor(session: Session, options: UiOptions) {
    this.session = session
    this.options = options
    this.t = sayer(options.lang)
    this.#state = { nav: START, ...(options.startedHint === undefined ? {} : { toast: { text: options.startedHint, tone: 'info' } }) }
  }

  state = (): UiState => this.#state

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  set(change: Partial<UiState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }

  go(action: NavAction): void {
    this.set({ nav: navigate(this.#state.nav, action) })
  }

  toast(text: string, tone: Tone = 'info'): void {
    this.set({ toast: { text, tone } })
  }

  /** An error as a message that has to be read: what happened, and what to do. */
  fail(error: unknown): void {
    const { message, hint } = toHardenError(error)
    this.set({ dialog: { kind: 'notice', title: this.t('That did not work'), text: message, hint } })
  }

  /** Runs something that may throw for the operator. */
  attempt<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      this.fail(error)
      return undefined
    }
  }

  /** Runs something slow: shown below, stopped by Esc, its errors told. Undefined where it did not end well. */
  async run<T>(label: string, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    if (this.#state.busy !== undefined) return undefined
    const abort = new AbortController()
    this.set({ busy: { label, abort }, toast: undefined })
    try {
      const value = await work(abort.signal)
      this.set({ busy: undefined })
      return abort.signal.aborted ? undefined : value
    } catch (error) {
      this.set({ busy: undefined })
      const stopped = abort.signal.aborted || (error instanceof HardenError && error.code === 'interrupted')
      if (stopped) this.toast(this.t('Stopped.'), 'warn')
      else this.fail(error)
      return undefined
    }
  }

  exit(code: number): void {
    this.options.onExit(code)
  }
}
