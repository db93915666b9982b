import type { Key as InkKey } from 'ink'

/** A key by name (`up`, `enter`, `ctrl-c`, …) or the character that was typed. */
export type Key = string

const NAMED: readonly (readonly [keyof InkKey, Key])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pgup'],
  ['pageDown', 'pgdn'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
]

const CONTROL: Readonly<Record<string, Key>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x1b': 'esc',
}

/** What Ink hands over, as single keys: keys typed fast arrive as one string. */
export function keysOf(input: string, key: InkKey): Key[] {
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab']
  const named = NAMED.find(([flag]) => key[flag] === true)
  if (named !== undefined) return [named[1]]
  if (key.ctrl && input !== '') return [`ctrl-${input}`]
  return [...input].flatMap(keyOfCharacter)
}

function keyOfCharacter(character: string): Key[] {
  const named = CONTROL[character]
  if (named !== undefined) return [named]
  const code = character.codePointAt(0) ?? 0
  if (code > 0 && code < 0x1b) return [`ctrl-${String.fromCharCode(code + 0x60)}`]
  return code < 0x20 ? [] : [character]
}

/** F1 as terminals send it. Ink names it to nobody, so it is looked for in what the terminal sent. */
export function isF1(sequence: unknown): boolean {
  return typeof sequence === 'string' && ['\x1bOP', '\x1b[P', '\x1b[1P', '\x1b[11~', '\x1b[[A'].includes(sequence)
}

/** Is it a character (not a named key)? */
export function isCharacter(key: Key): boolean {
  return [...key].length === 1
}
