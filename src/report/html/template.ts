import { safe } from '#model/text.ts'

/** A piece of HTML that was made here. Only `html` and `raw` make one, so no text of a stranger can pass for it. */
export class Html {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  toString(): string {
    return this.#text
  }
}

type Piece = Html | string | number | undefined | readonly Piece[]

const ENTITIES: { readonly [c: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' }

/** A stranger's text for an element or a quoted attribute; what could reorder or hide text is shown as an escape. */
export function escapeHtml(text: string): string {
  return safe(text.toWellFormed()).replace(/[&<>"'`]/g, (c) => ENTITIES[c] ?? c)
}

/** Every hole is escaped, except what was made by `html` itself. Holes stand in elements and in quoted attributes only. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(parts.map((part, i) => part + (i < pieces.length ? textOf(pieces[i]) : '')).join(''))
}

/** For the style and the script of the page: constants of this program, never values. */
export function raw(text: string): Html {
  return new Html(text)
}

function textOf(piece: Piece): string {
  if (piece === undefined) return ''
  if (piece instanceof Html) return piece.toString()
  if (typeof piece === 'object') return piece.map(textOf).join('')
  return escapeHtml(String(piece))
}
