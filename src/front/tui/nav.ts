import type { Area } from '#model/areas.ts'
import type { JudgedFinding } from '#model/assessment.ts'
import type { Preview } from '#model/change.ts'
import type { HardenError } from '#model/errors.ts'
import type { JournalEntry } from '#model/journal.ts'
import type { Outcome } from '#session/types.ts'
import type { FormState } from './form/state.ts'

/** A preview on its way to the cluster: of a wizard, or of the undo of a run. */
export interface Plan {
  readonly preview: Preview
  readonly undo?: string
}

/** An apply or undo under way, or ended: with an outcome, or with an error and the entries that were reported. */
export interface Doing extends Plan {
  readonly entries: readonly JournalEntry[]
  /** What a step that takes long said last. */
  readonly notes?: readonly string[]
  readonly total: number
  readonly stopping?: boolean
}

export type Screen =
  | { readonly name: 'home' }
  | { readonly name: 'area'; readonly area: Area }
  | { readonly name: 'check'; readonly check: string }
  | { readonly name: 'finding'; readonly check: string; readonly finding: JudgedFinding }
  | { readonly name: 'wizards'; readonly check?: string; readonly finding?: JudgedFinding }
  | { readonly name: 'form'; readonly form: FormState }
  | ({ readonly name: 'preview' } & Plan)
  | ({ readonly name: 'apply' } & Doing)
  | ({ readonly name: 'result'; readonly outcome?: Outcome; readonly error?: HardenError } & Doing)
  | { readonly name: 'journal' }
  | { readonly name: 'run'; readonly run: string }
  | { readonly name: 'help' }

export type ScreenName = Screen['name']

/** A screen on the stack with what it remembers: cursor (or first line of a text), and filter. */
export interface Frame {
  readonly screen: Screen
  readonly cursor: number
  readonly filter: string
  readonly filtering: boolean
}

/** Never empty: the first frame is `home`. */
export type Nav = readonly [Frame, ...Frame[]]

export type NavAction =
  | { readonly do: 'push'; readonly screen: Screen }
  | { readonly do: 'pop' }
  /** Another screen in place of the top one. */
  | { readonly do: 'replace'; readonly screen: Screen }
  /** The top screen's own state changed (a form being typed in): cursor and filter stay. */
  | { readonly do: 'patch'; readonly screen: Screen }
  /** Moves within `count` rows; `by` may be larger than what is left. */
  | { readonly do: 'move'; readonly by: number; readonly count: number }
  | { readonly do: 'filter'; readonly text: string; readonly typing: boolean }
  /** Leaves all screens of these names at the top of the stack. */
  | { readonly do: 'leave'; readonly names: readonly ScreenName[] }
  | { readonly do: 'home' }
  /** Straight from the first screen to this one, whatever was open. */
  | { readonly do: 'jump'; readonly screen: Screen }
  /** As at the start: another cluster's cursor means nothing here. */
  | { readonly do: 'restart' }

export const START: Nav = [{ screen: { name: 'home' }, cursor: 0, filter: '', filtering: false }]

const fresh = (screen: Screen): Frame => ({ screen, cursor: 0, filter: '', filtering: false })

export function top(nav: Nav): Frame {
  return nav.at(-1) ?? nav[0]
}

function withTop(nav: Nav, frame: Frame): Nav {
  return [...nav.slice(0, -1), frame] as unknown as Nav
}

function pop(nav: Nav): Nav {
  return nav.length === 1 ? nav : (nav.slice(0, -1) as unknown as Nav)
}

export function clamp(value: number, count: number): number {
  return Math.max(0, Math.min(value, count - 1))
}

/** Pure: where the operator is after an action. Frames below the top are kept as they are, so going back restores them. */
export function navigate(nav: Nav, action: NavAction): Nav {
  const frame = top(nav)
  switch (action.do) {
    case 'push':
      return [...nav, fresh(action.screen)]
    case 'pop':
      return pop(nav)
    case 'replace':
      return withTop(nav, fresh(action.screen))
    case 'patch':
      return withTop(nav, { ...frame, screen: action.screen })
    case 'move':
      return withTop(nav, { ...frame, cursor: clamp(clamp(frame.cursor, action.count) + action.by, action.count) })
    case 'filter':
      return withTop(nav, {
        ...frame,
        filter: action.text,
        filtering: action.typing,
        cursor: action.text === frame.filter ? frame.cursor : 0,
      })
    case 'leave': {
      let left = nav
      while (left.length > 1 && action.names.includes(top(left).screen.name)) left = pop(left)
      return left
    }
    case 'restart':
      return START
    case 'jump':
      return [nav[0], fresh(action.screen)]
    case 'home':
      return [nav[0]]
  }
}
