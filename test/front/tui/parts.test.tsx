import { setTimeout as pause } from 'node:timers/promises'
import { render } from 'ink-testing-library'
import { describe, expect, it } from 'vitest'
import { App, contextOf, screenLines } from '#front/tui/App.tsx'
import { press } from '#front/tui/keys.ts'
import { type Line, line, plain, span, widthOf } from '#front/tui/lines.ts'
import { ColourContext, Lines, LineView } from '#front/tui/parts/LineView.tsx'
import { Ui } from '#front/tui/ui.ts'
import { FakeSession } from './fakeSession.ts'

const marked: Line = [span('✗ fail', 'bad', true), span('  Role shop/reader', 'dim')]

describe('lines', () => {
  it('are cut, not wrapped', () => {
    const { lastFrame } = render(<Lines lines={[line('a'.repeat(30)), line('b')]} width={10} height={2} />)
    expect(lastFrame()).toBe(`${'a'.repeat(9)}…\nb`)
  })

  it('fill exactly their height', () => {
    const { lastFrame } = render(<Lines lines={[line('a'), [], line('c'), line('d')]} width={10} height={3} />)
    expect(lastFrame()?.split('\n')).toEqual(['a', '', 'c'])
  })

  it('say the same without colours', () => {
    const withColour = render(<LineView line={marked} width={40} />).lastFrame() ?? ''
    const without = render(
      <ColourContext value={false}>
        <LineView line={marked} width={40} />
      </ColourContext>,
    ).lastFrame()
    expect(withColour).toContain('\u001b[31m')
    expect(without).not.toContain('\u001b[31m')
    expect(without).toContain('✗ fail')
  })
})

describe('the whole app as a component', () => {
  it('answers keys', async () => {
    const session = new FakeSession()
    await session.start()
    let code: number | undefined
    const ui = new Ui(session, {
      lang: 'en',
      version: '0.1.0',
      onExit: (c) => {
        code = c
      },
    })
    const { stdin, lastFrame, unmount } = render(<App ui={ui} color={false} />)
    await pause(20)
    stdin.write('?')
    await pause(50)
    expect(lastFrame()).toContain('Everywhere')
    stdin.write('q')
    await pause(50)
    expect(code).toBe(0)
    unmount()
  })

  it('keeps the box around every screen: the same number of lines, none too wide', async () => {
    const session = new FakeSession({ many: 50, practice: true })
    await session.start()
    for (const size of [
      { columns: 60, rows: 16 },
      { columns: 80, rows: 24 },
      { columns: 200, rows: 60 },
    ]) {
      const ui = new Ui(session, { lang: 'zh', version: '0.1.0', onExit: () => undefined })
      const ctx = () => contextOf(ui, size)
      for (const key of [
        '?',
        'esc',
        'enter',
        'enter',
        '/',
        'x',
        'esc',
        'enter',
        'w',
        'tab',
        'left',
        'tab',
        'enter',
        'esc',
        ':',
        'esc',
        'esc',
        'esc',
        'J',
      ]) {
        press(ui, ctx, key)
        const now = ctx()
        if (now === undefined) throw new Error('too small')
        const lines = screenLines(now)
        expect(lines).toHaveLength(size.rows)
        expect(plain(lines[0] ?? [])).toContain('PRACTICE CLUSTER')
        for (const l of lines) expect(widthOf(l), plain(l)).toBeLessThanOrEqual(size.columns)
      }
    }
  })
})
