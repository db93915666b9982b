/** A text an operator reads: English always, a second language where somebody wrote it. */
export interface Text {
  readonly en: string
  readonly zh?: string
}

export type Lang = 'en' | 'zh'

export type Params = Readonly<Record<string, string | number>>

/** The text in `lang` (English where there is no translation), `{name}` holes filled from `params`. */
export function say(text: Text, lang: Lang = 'en', params: Params = {}): string {
  const raw = (lang === 'zh' ? text.zh : undefined) ?? text.en
  return raw.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))
}

/**
 * Names and annotations come from strangers: makes every character that could move the cursor, colour
 * the screen or reorder text visible as an escape. Tab and newline are escaped too; split lines before.
 */
export function safe(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g, (c) => {
    const code = c.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** `safe` for a text of several lines: newlines stay, tabs become spaces. */
export function safeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => safe(line.replaceAll('\t', '  ')))
    .join('\n')
}
