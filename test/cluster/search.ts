/**
 * All the ways in which a mark may stand in a body: as it is, and in base64. What base64 makes of it depends on its
 * distance from the start of the encoded value, modulo three; only the characters that it alone decides are kept.
 */
export function formsOf(mark: string): Buffer[] {
  const bytes = Buffer.from(mark)
  const encoded = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    const first = Math.ceil((offset * 8) / 6)
    const last = Math.floor(((offset + bytes.length) * 8) / 6)
    return text.slice(first, last)
  })
  const urlSafe = encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  const forms = new Set([...encoded, ...urlSafe].filter((text) => text.length > 0))
  return [bytes, ...[...forms].map((text) => Buffer.from(text))]
}

/** Which of the marks stand in the body, in any form. */
export function marksIn(body: Buffer, marks: readonly string[]): string[] {
  return marks.filter((mark) => formsOf(mark).some((form) => body.includes(form)))
}
