import type { Impact } from '#model/change.ts'
import { KINDS, type Kind } from '#model/kinds.ts'
import type { KubeObject, ObjectRef } from '#model/refs.ts'
import type { State } from '#model/state.ts'

/** What a preview changes, as far as objects go. */
export interface Changed {
  readonly set: readonly KubeObject[]
  readonly gone: readonly ObjectRef[]
  readonly refs: readonly ObjectRef[]
  readonly kinds: ReadonlySet<Kind>
}

export interface Scene {
  readonly before: State
  readonly after: State
  /** The objects that are changed. */
  readonly refs: readonly ObjectRef[]
  readonly now: Date
}

/** One way in which changes restrict what is there. */
export interface Aspect {
  /** A change of one of these kinds makes it worth looking. */
  readonly touches: readonly Kind[]
  readonly reads: readonly Kind[]
  /** What else has to be read, as the state afterwards shows. */
  readonly readsToo?: (after: State) => readonly Kind[]
  readonly tell: (scene: Scene) => readonly Impact[]
}

/** Lines of one aspect that are shown. */
const MOST = 8

/** The first lines, and how many more there are and where. */
export function firstOf(lines: readonly Impact[], verb: string): readonly Impact[] {
  if (lines.length <= MOST) return lines
  const more: Impact = {
    level: 'warn',
    text: { en: 'and {more} more; kubeharden {verb} shows all.' },
    params: { more: lines.length - MOST, verb },
  }
  return [...lines.slice(0, MOST), more]
}

/** What could not be read of what an aspect looks at. */
export function gapImpacts({ kinds }: State, { reads }: Pick<Aspect, 'reads'>): readonly Impact[] {
  const hidden = reads.filter((kind) => (kinds[kind]?.gaps ?? []).some((gap) => gap.reason !== 'not-in-source'))
  if (hidden.length === 0) return []
  const what = hidden.map((kind) => KINDS[kind].plural).join(', ')
  return [{ level: 'warn', text: { en: 'Not all could be read ({what}): what this does there is not known.' }, params: { what } }]
}
