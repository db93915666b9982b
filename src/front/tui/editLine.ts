import { isCharacter, type Key } from './input.ts'

/** A line of text with a cursor, after one key. */
export function editLine(text: string, at: number, key: Key): { readonly text: string; readonly at: number } {
  const characters = [...text]
  const without = (from: number, to: number) => ({ text: characters.toSpliced(from, to - from).join(''), at: from })
  switch (key) {
    case 'left':
      return { text, at: Math.max(0, at - 1) }
    case 'right':
      return { text, at: Math.min(characters.length, at + 1) }
    case 'home':
      return { text, at: 0 }
    case 'end':
      return { text, at: characters.length }
    case 'backspace':
      return at === 0 ? { text, at } : without(at - 1, at)
    case 'delete':
      return at >= characters.length ? { text, at } : without(at, at + 1)
    case 'ctrl-u':
      return without(0, at)
    default:
      return isCharacter(key) ? { text: characters.toSpliced(at, 0, key).join(''), at: at + 1 } : { text, at }
  }
}
