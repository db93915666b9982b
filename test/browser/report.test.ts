import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Assessment } from '#model/assessment.ts'
import { toHtml } from '#report/html/page.ts'
import { inspect } from '#report/inspection/model.ts'
import { practiceAssessment } from '../report/scenes.ts'
import { type Browser, type Page, startBrowser } from './chromium.ts'

let browser: Browser
let practice: Assessment
const folder = mkdtempSync(join(tmpdir(), 'kubeharden-report-'))

beforeAll(async () => {
  browser = await startBrowser()
  practice = await practiceAssessment()
})
afterAll(async () => {
  await browser?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function opened(assessment: Assessment, width = 1200): Promise<Page> {
  const file = join(folder, `${crypto.randomUUID()}.html`)
  writeFileSync(file, toHtml(assessment, { version: '0.0.0' }))
  const page = await browser.page()
  await page.send('Emulation.setDeviceMetricsOverride', { width, height: 800, deviceScaleFactor: 1, mobile: width < 500 })
  await page.open(pathToFileURL(file).href)
  return page
}

/** The texts of the rows that can be seen, by column. */
const shown = (page: Page, column: number) =>
  page.value<string[]>(
    `[...document.querySelectorAll('#rows tbody tr')].filter((r) => r.getClientRects().length > 0).map((r) => r.children[${column}].textContent)`,
  )
const choose = (page: Page, name: string, value: string) =>
  page.value(
    `(() => { const s = document.querySelector('select[name=${name}]'); s.value = '${value}'; s.dispatchEvent(new Event('change', { bubbles: true })) })()`,
  )
async function type(page: Page, text: string): Promise<void> {
  await page.send('Input.dispatchKeyEvent', { type: 'keyDown', key: '/', text: '/' })
  await page.send('Input.dispatchKeyEvent', { type: 'keyUp', key: '/' })
  await page.send('Input.insertText', { text })
}

describe('the HTML report in a browser', () => {
  it('opens without a complaint and asks for nothing but itself', async () => {
    const page = await opened(practice)
    expect((await shown(page, 0)).length).toBe(inspect(practice).rows.length)
    expect(await page.value('document.title')).toBe('Hardening report: practice')
    expect(page.complaints).toEqual([])
    expect(page.requests).toHaveLength(1)
    expect(page.requests[0]).toMatch(/^file:/)
  })

  it('filters by result, category, severity and namespace, one over the other, and shows all again', async () => {
    const { rows } = inspect(practice)
    const page = await opened(practice)
    await choose(page, 'result', 'open')
    const open = rows.filter((r) => ['fail', 'unknown', 'manual'].includes(r.result))
    expect(await shown(page, 0)).toHaveLength(open.length)
    await choose(page, 'result', 'fail')
    expect(new Set(await shown(page, 0))).toEqual(new Set(['FAIL']))
    await choose(page, 'category', 'network')
    const network = rows.filter((r) => r.result === 'fail' && r.category === 'network')
    expect(network.length).toBeGreaterThan(2)
    expect(await shown(page, 5)).toEqual(network.map((r) => r.check))
    const [first] = network
    await choose(page, 'severity', first?.severity ?? '')
    expect(new Set(await shown(page, 1))).toEqual(new Set([first?.severity]))
    await choose(page, 'namespace', 'kube-public')
    expect(new Set(await shown(page, 4))).toEqual(new Set([]))
    expect(await page.value(`document.getElementById('none').getClientRects().length`)).toBe(1)
    await page.value(`document.querySelector('#filter button').click()`)
    await page.value('new Promise((done) => setTimeout(done, 20))')
    expect(await shown(page, 0)).toHaveLength(rows.length)
    expect(page.complaints).toEqual([])
  })

  it('searches as one types, all words, in any column', async () => {
    const page = await opened(practice)
    await type(page, 'SHOP deployment')
    const found = await shown(page, 2)
    expect(found.length).toBeGreaterThan(3)
    expect(found.length).toBeLessThan(inspect(practice).rows.length)
    const texts = await page.value<string[]>(
      `[...document.querySelectorAll('#rows tbody tr')].filter((r) => !r.hidden).map((r) => r.textContent.toLowerCase())`,
    )
    expect(texts.every((t) => t.includes('shop') && t.includes('deployment'))).toBe(true)
    expect(await page.value(`document.getElementById('count').textContent`)).toMatch(new RegExp(`^${found.length} of `))
    await page.send('Input.insertText', { text: ' nothing like this' })
    expect(await shown(page, 2)).toEqual([])
  })

  it.each(['light', 'dark'])('is readable in %s: every text has a contrast of at least 4.5', async (scheme) => {
    const page = await opened(practice)
    await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
    const colors = await page.value<{ ink: string; paper: string; texts: [string, string, string][] }>(`(() => {
      const paper = getComputedStyle(document.body).backgroundColor
      const behind = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (c !== 'rgba(0, 0, 0, 0)') return c } return paper }
      const all = [...document.querySelectorAll('h1, h2, p, td, th, label, input, button, a, li')].filter((e) => e.textContent !== '')
      return { paper, texts: all.map((e) => [getComputedStyle(e).color, behind(e), e.className || e.tagName]) }
    })()`)
    expect(luminance(colors.paper) > 0.5).toBe(scheme === 'light')
    const weak = new Set(colors.texts.filter(([ink, paper]) => contrast(ink, paper) < 4.5).map(([, , name]) => name))
    expect([...weak]).toEqual([])
    expect(colors.texts.length).toBeGreaterThan(500)
  })

  it('prints: in light colours, without the filters, to a PDF of several pages', async () => {
    const page = await opened(practice)
    await page.send('Emulation.setEmulatedMedia', { media: 'print', features: [{ name: 'prefers-color-scheme', value: 'dark' }] })
    expect(await page.value(`getComputedStyle(document.getElementById('filter')).display`)).toBe('none')
    expect(luminance(await page.value<string>('getComputedStyle(document.body).backgroundColor'))).toBe(1)
    expect(await page.value(`document.querySelectorAll('#rows tbody tr')[0].getClientRects().length`)).toBe(1)
    await page.value(`addEventListener('beforeprint', () => { document.body.dataset.told = 'yes' })`)
    const { data } = await page.send('Page.printToPDF', { printBackground: true })
    const pdf = Buffer.from(data as string, 'base64').toString('latin1')
    expect(pdf.slice(0, 5)).toBe('%PDF-')
    // The page is told before it prints: rows beyond the first are laid out then.
    expect(await page.value('document.body.dataset.told')).toBe('yes')
    expect((pdf.match(/\/Type\s*\/Page\b/g) ?? []).length).toBeGreaterThan(3)
  })

  it('fits a phone of 360 pixels, with names of any length', async () => {
    const page = await opened(named('x'.repeat(253)), 360)
    const wide = await page.value<string[]>(
      `[...document.querySelectorAll('body *:not(#rows thead *)')].filter((e) => e.getBoundingClientRect().right > 361).map((e) => e.outerHTML.slice(0, 100))`,
    )
    expect(wide).toEqual([])
    expect(await page.value('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    // Each cell says which column it is of: the heads are not there.
    expect(await page.value(`getComputedStyle(document.querySelector('#rows td'), '::before').content`)).toBe('"Result"')
  })
})

it('twenty thousand rows are opened, and a search in them answers before the next key', async () => {
  const findings = practice.checks.reduce((sum, c) => sum + c.findings.length, 0)
  const times = Math.ceil(20_000 / findings)
  const checks = practice.checks.map((c) => ({ ...c, findings: Array.from({ length: times }, () => c.findings).flat() }))
  const started = performance.now()
  const page = await opened({ ...practice, checks })
  const opening = performance.now() - started
  const search = (text: string) =>
    page.value<number>(`(() => {
      const field = document.getElementById('search'); field.value = '${text}'
      const from = performance.now()
      field.dispatchEvent(new Event('input')); document.body.getBoundingClientRect()
      return performance.now() - from
    })()`)
  const took = [await search('shop'), await search('shop dep'), await search('')]
  const rows = await page.value<number>(`document.querySelectorAll('#rows tbody tr').length`)
  console.log(`${rows} rows: opened in ${Math.round(opening)} ms, searches ${took.map(Math.round).join(', ')} ms`)
  expect(rows).toBeGreaterThanOrEqual(20_000)
  // A part at a time is laid out, and the rest is a click away, or in print.
  const visible = () => page.value<number>(`document.querySelectorAll('#rows tbody tr:not([hidden])').length`)
  expect(await visible()).toBe(2000)
  expect(await page.value(`document.getElementById('count').textContent`)).toBe(`${rows} of ${rows} rows, the first 2000 shown`)
  await page.value(`document.getElementById('more').click()`)
  expect(await visible()).toBe(4000)
  await page.value(`dispatchEvent(new Event('beforeprint'))`)
  expect(await visible()).toBe(rows)
  await page.value(`dispatchEvent(new Event('afterprint'))`)
  expect(await visible()).toBe(2000)
  expect(Math.max(...took)).toBeLessThan(3000)
})

describe('names of strangers', () => {
  const HOSTILE = [
    '<script>window.ran = 1</script>',
    '<img src=x onerror="window.ran = 1">',
    `"><svg onload='window.ran = 1'>`,
    `' autofocus onfocus='window.ran = 1`,
    '</td></table><iframe srcdoc="<script>parent.ran = 1</script>">',
    '</script><script>window.ran = 1</script>',
    '</style><style>* { display: none }</style>',
    '</title><script>window.ran = 1</script>',
    '--><script>window.ran = 1</script><!--',
    '\u0000\u001b[2J\u202egnp.exe\u2066',
    'javascript:window.ran=1',
    '&#60;script&#62;window.ran = 1&#60;/script&#62;',
  ]

  it.each(HOSTILE)('%j runs nothing, loads nothing and stays text', async (name) => {
    const page = await opened(named(name))
    const plain = await opened(named('plain'))
    const elements = `[...document.querySelectorAll('*')].map((e) => e.tagName).join()`
    expect(await page.value(elements)).toBe(await plain.value(elements))
    const attributes = `[...new Set([...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()))].join()`
    expect(await page.value(attributes)).toBe(await plain.value(attributes))
    expect(await page.value('typeof window.ran')).toBe('undefined')
    expect(page.complaints).toEqual([])
    expect(page.requests).toHaveLength(1)
    const cells = await shown(page, 3)
    const visible = name.replace(/[\u0000-\u001f\u202e\u2066]/g, '')
    expect(cells.some((c) => c.replaceAll(/\\(?:x..|u....)/g, '') === visible)).toBe(true)
    // Chosen as a filter as well.
    await page.value(
      `(() => { const s = document.querySelector('select[name=namespace]'); s.selectedIndex = 1; s.dispatchEvent(new Event('change')) })()`,
    )
    expect(new Set(await shown(page, 4)).size).toBe(1)
    expect(await page.value('typeof window.ran')).toBe('undefined')
  })

  it('even where a script had got in, the policy of the page lets it neither run nor call out', async () => {
    const page = await opened(named('plain'))
    await page.value(`(() => {
      const script = document.createElement('script'); script.textContent = 'window.ran = 1'; document.body.append(script)
      const image = document.createElement('img'); image.src = 'http://127.0.0.1:9/'; document.body.append(image)
      const link = document.createElement('div'); link.innerHTML = '<b onclick="window.ran = 1">x</b>'; document.body.append(link); link.firstChild.click()
    })()`)
    expect(await page.value(`fetch('http://127.0.0.1:9/').then(() => 'sent', (e) => e.name)`)).toBe('TypeError')
    expect(await page.value('typeof window.ran')).toBe('undefined')
    expect(page.complaints.length).toBeGreaterThanOrEqual(3)
    expect(page.complaints.every((c) => c.includes('Content Security Policy'))).toBe(true)
  })
})

/** A report in which every text that comes from a cluster is `name`. */
function named(name: string): Assessment {
  const object = { apiVersion: 'v1', kind: name, namespace: name, name }
  const note = { by: name, reason: name, until: name }
  const finding = { object, path: name, saw: name, message: 'open', params: { who: name } }
  const check = practice.checks[0]
  if (check === undefined) throw new Error('no check')
  const gap = { kind: name, namespace: name, reason: 'malformed' as const, detail: name }
  const findings = (['fail', 'accepted', 'attested', 'pass'] as const).map((status) => ({ ...finding, status, note }))
  const checks = [{ ...check, messages: { open: { en: 'seen: {who}' } }, findings, gaps: [gap] }]
  return { ...practice, cluster: { name, distribution: 'unknown', version: name, uid: name }, checks, gaps: [gap] }
}

function channels(color: string): readonly number[] {
  return [...color.matchAll(/[\d.]+/g)].slice(0, 3).map((m) => Number(m[0]) / 255)
}

/** Relative luminance and contrast as WCAG defines them. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = channels(color).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}
