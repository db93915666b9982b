import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHtml } from '#report/html/page.ts'
import { escapeHtml, html } from '#report/html/template.ts'
import { anyAssessment, blindAssessment, hostileText, practiceAssessment } from './scenes.ts'

const tagsOf = (page: string) => new Set([...page.matchAll(/<(\/?[a-z!][^\s>]*)/gi)].map((m) => m[1]))

describe('html', () => {
  it('escapes every hole but what it made itself', () => {
    expect(String(html`<b title="${'"><i>'}">${['<', html`<i>&amp;</i>`, 1, undefined]}</b>`)).toBe(
      '<b title="&quot;&gt;&lt;i&gt;">&lt;<i>&amp;</i>1</b>',
    )
  })

  it('an escaped text ends no attribute and no element, and hides nothing', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"'`\u0000-\u001f\u202a-\u202e\u2066-\u2069]/)
        const back = escapeHtml(text).replace(/&(?:#39|#96|quot|lt|gt|amp);/g, (e) => BACK[e] ?? '')
        expect(back.replace(/\\(?:x[0-9a-f]{2}|u[0-9a-f]{4})/g, '')).toBe(visible(text))
      }),
    )
  })

  it('leads to what could not be seen where there is something', async () => {
    const blind = toHtml(blindAssessment(), { version: '0' })
    expect(blind).toContain('<a href="#unseen">')
    expect(blind).toContain('<h2 id="unseen">')
    const seen = toHtml({ ...(await practiceAssessment()), gaps: [] }, { version: '0' })
    expect(seen).not.toContain('#unseen')
    expect(seen).not.toContain('id="unseen"')
  })

  it('a page holds the same tags whatever strangers write, and one script', async () => {
    const known = tagsOf(toHtml(await practiceAssessment(), { version: '0' }))
    for (const tag of ['ul', '/ul', 'li', '/li']) known.add(tag)
    fc.assert(
      fc.property(anyAssessment, (assessment) => {
        const page = toHtml(assessment, { version: '0' })
        expect([...tagsOf(page)].filter((tag) => !known.has(tag))).toEqual([])
        expect(page.match(/<script/g)).toHaveLength(1)
        expect(page).not.toMatch(/\s(?:src|href|action)="(?!#)/)
      }),
    )
  })
})

const BACK: { readonly [entity: string]: string } = {
  '&#39;': "'",
  '&#96;': '`',
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
}

/** What is left of a text without what is shown as an escape; its own backslash escapes go the same way. */
function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g, (c) => {
      const code = c.codePointAt(0) ?? 0
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
    })
    .replace(/\\(?:x[0-9a-f]{2}|u[0-9a-f]{4})/g, '')
}
