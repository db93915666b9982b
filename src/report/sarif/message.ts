/**
 * A plain text message of SARIF: `[text](address)` would become a link and `{0}` a placeholder, so brackets, braces and
 * backslashes are escaped as its specification says. What comes in has no control characters left (`safe`).
 */
export function sarifText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\\[\]]/g, (c) => `\\${c}`)
    .replace(/[{}]/g, (c) => c + c)
}
