/** One way to ask; the dialogue knows only this. Two back ends: `numbered.ts` (plain text) and `inquirer.ts`. */
export interface Prompter {
  /** How to move about, in a sentence; said once at the start. */
  readonly keys: string
  select<T>(question: SelectQuestion<T>): Promise<T>
  confirm(question: ConfirmQuestion): Promise<boolean>
  text(question: TextQuestion): Promise<string>
  checkbox<T>(question: CheckboxQuestion<T>): Promise<readonly T[]>
  close(): void
}

export interface Choice<T> {
  readonly value: T
  readonly label: string
}

/** How many lines of a long list are shown at once. */
export const PAGE = 10

interface Asked {
  readonly message: string
  /** What the answer changes; said again on `?`. */
  readonly help?: string
  /** Keys typed ahead on a terminal do not count: this answer changes a cluster. */
  readonly careful?: boolean
}

/** As `default` of a selection: an empty answer goes back. */
export const BACK = Symbol('back')

export interface SelectQuestion<T> extends Asked {
  readonly choices: readonly Choice<T>[]
  readonly default?: T | typeof BACK
  /** What going back is called; false where there is nowhere to go. */
  readonly back?: string | false
}

export interface ConfirmQuestion extends Asked {
  readonly default?: boolean
}

export interface TextQuestion extends Asked {
  readonly default?: string
  /** What is wrong with the answer, in words; undefined where nothing is. */
  readonly check?: (value: string) => string | undefined
}

export interface CheckboxQuestion<T> extends Asked {
  readonly choices: readonly Choice<T>[]
  readonly default?: readonly T[]
  readonly check?: (values: readonly T[]) => string | undefined
}

/** Thrown by a prompt when the operator goes one step back. */
export class Back extends Error {
  override readonly name = 'Back'
}

export type LeaveReason = 'quit' | 'eof' | 'interrupt'

/** Thrown by a prompt, or by work that was interrupted, to end the whole dialogue. */
export class Leave extends Error {
  override readonly name = 'Leave'
  readonly reason: LeaveReason
  constructor(reason: LeaveReason) {
    super(reason)
    this.reason = reason
  }
}
