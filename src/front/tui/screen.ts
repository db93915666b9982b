import type { Lang } from '#model/text.ts'
import type { Ready, SessionView } from '#session/types.ts'
import type { Key } from './input.ts'
import type { Line } from './lines.ts'
import type { Frame, Screen } from './nav.ts'
import type { Ui } from './ui.ts'
import type { Say } from './words.ts'

/** What a screen is drawn from. */
export interface Ctx {
  readonly ui: Ui
  readonly view: SessionView
  /** The session, where it is connected. */
  readonly ready: Ready | undefined
  readonly frame: Frame
  readonly lang: Lang
  readonly t: Say
  /** Cells and lines of the body. */
  readonly width: number
  readonly height: number
}

/** A row of a list, drawn only while it is on the screen. */
export interface Row {
  /** What the filter looks at; asked only while one is typed. */
  readonly search: () => string
  readonly draw: (width: number) => Line
  /** What Enter does. */
  readonly open?: () => void
  /** What `w` does on this row (in the journal: `u`); absent where nothing can be done. */
  readonly fix?: () => void
  /** Why there is no `fix`, for somebody who presses the key all the same. */
  readonly noFix?: string
  /** What `x` does: takes back what was accepted or attested. */
  readonly withdraw?: () => void
  /** Said below the list while the row is selected. */
  readonly about?: string
}

export interface Group {
  readonly title?: string
  readonly rows: readonly Row[]
}

export type Body =
  /** `about`: lines kept below the list for words on the selected row. */
  | {
      readonly kind: 'list'
      readonly head: readonly Line[]
      readonly groups: readonly Group[]
      readonly empty: string
      readonly about?: number
    }
  /** Lines to scroll through; the cursor is the first line shown. */
  | { readonly kind: 'text'; readonly lines: readonly Line[] }
  /** Lines of which some must stay visible, and lines that stand below. */
  | { readonly kind: 'focus'; readonly lines: readonly Line[]; readonly focus: readonly [number, number]; readonly foot: readonly Line[] }

/** A key of a screen: one table for what it does, the footer and the help. */
export interface Binding {
  readonly keys: readonly Key[]
  /** As the footer names the key. */
  readonly show: string
  readonly label: string
  /** Longer words for the help screen. */
  readonly help?: string
  readonly run: (selected: Row | undefined) => void
  /** In the footer only where the selected row can do this. */
  readonly needs?: 'fix' | 'withdraw'
  /** Only in the help, not in the footer. */
  readonly quiet?: boolean
}

/** One screen: where it is, what is on it, and its keys. Pure but for what `run` does. */
export interface ScreenDef<S extends Screen> {
  readonly crumb: (screen: S, ctx: Ctx) => string
  readonly body: (screen: S, ctx: Ctx) => Body
  readonly keys: (screen: S, ctx: Ctx) => readonly Binding[]
  /** Takes a key before everything else (text fields); true where it was used. */
  readonly type?: (screen: S, ctx: Ctx, key: Key) => boolean
  readonly paste?: (screen: S, ctx: Ctx, text: string) => void
}
