import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { matching } from '#front/tui/filter.ts'
import { typeKey } from '#front/tui/form/edit.ts'
import { acceptSpec, wizardSpec } from '#front/tui/form/specs.ts'
import { answersOf, type FormState, isDirty, openForm, visibleFields } from '#front/tui/form/state.ts'
import { keysOf } from '#front/tui/input.ts'
import { clip, hardWrap, pad, plain, wrap } from '#front/tui/lines.ts'
import { type Nav, navigate, type Screen, START, top } from '#front/tui/nav.ts'
import { diffLines } from '#front/tui/screens/diff.ts'
import type { PreviewItem } from '#model/change.ts'
import { pathLabel } from '#model/change.ts'
import { DENY, preview, ROLE } from './fakeData.ts'

describe('text on cells', () => {
  const words = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('商店 default-deny 网络策略'), fc.lorem())
  const width = fc.integer({ min: 4, max: 90 })

  it('never gets wider than it may', () => {
    fc.assert(
      fc.property(words, width, (text, w) => {
        expect(stringWidth(clip(text, w))).toBeLessThanOrEqual(w)
        expect(stringWidth(pad(text.replaceAll(/[\n\r\t]/g, ' '), w))).toBe(w)
        for (const l of [...wrap(text, w), ...hardWrap(text.replaceAll('\n', ' '), w)]) expect(stringWidth(l)).toBeLessThanOrEqual(w)
      }),
    )
  })

  it('loses nothing by wrapping', () => {
    fc.assert(
      fc.property(fc.lorem(), words, width, (lorem, text, w) => {
        expect(wrap(lorem, w).join('').replaceAll(' ', '')).toBe(lorem.replaceAll(' ', ''))
        expect(hardWrap(text, w).join('')).toBe(text)
      }),
    )
  })

  it('keeps a path that fits on a line in one piece', () => {
    const path = '/etc/kubernetes/manifests/kube-apiserver.yaml'
    expect(hardWrap(`tail -n 20 ${path}`, 48)).toEqual(['tail -n 20 ', path])
  })

  it('counts wide characters twice', () => {
    expect(pad('商店', 6)).toBe('商店  ')
    expect(clip('商店商店', 5)).toBe('商店…')
  })
})

describe('keys', () => {
  const none = { upArrow: false, ctrl: false, shift: false, tab: false }
  const key = (over: object) => ({ ...none, ...over }) as unknown as Parameters<typeof keysOf>[1]

  it('come apart where they arrive together', () => {
    expect(keysOf('jjk', key({}))).toEqual(['j', 'j', 'k'])
    expect(keysOf('a\r\t\x7f\x03', key({}))).toEqual(['a', 'enter', 'tab', 'backspace', 'ctrl-c'])
    expect(keysOf('商👍', key({}))).toEqual(['商', '👍'])
  })

  it('have names', () => {
    expect(keysOf('', key({ upArrow: true }))).toEqual(['up'])
    expect(keysOf('', key({ tab: true, shift: true }))).toEqual(['shift-tab'])
    expect(keysOf('c', key({ ctrl: true }))).toEqual(['ctrl-c'])
  })
})

describe('navigation', () => {
  const area: Screen = { name: 'area', area: 'access' }

  it('keeps the cursors of the screens below', () => {
    let nav = navigate(START, { do: 'move', by: 3, count: 12 })
    nav = navigate(nav, { do: 'push', screen: area })
    nav = navigate(nav, { do: 'move', by: 99, count: 5 })
    expect(top(nav).cursor).toBe(4)
    expect(top(navigate(nav, { do: 'pop' })).cursor).toBe(3)
    expect(navigate(START, { do: 'pop' })).toEqual(START)
  })

  it('leaves all screens of the way to a result', () => {
    let nav = navigate(START, { do: 'push', screen: area })
    nav = navigate(nav, { do: 'push', screen: { name: 'journal' } })
    nav = navigate(nav, { do: 'push', screen: { name: 'run', run: 'r' } })
    expect(top(navigate(nav, { do: 'leave', names: ['run', 'journal'] })).screen).toEqual(area)
    expect(navigate(nav, { do: 'home' })).toHaveLength(1)
  })

  it('never loses its first screen, whatever is done', () => {
    const action = fc.constantFrom<Parameters<typeof navigate>[1]>(
      { do: 'push', screen: area },
      { do: 'pop' },
      { do: 'move', by: -2, count: 3 },
      { do: 'move', by: 1, count: 0 },
      { do: 'filter', text: 'a', typing: true },
      { do: 'leave', names: ['area', 'home'] },
      { do: 'replace', screen: area },
      { do: 'home' },
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const nav = actions.reduce<Nav>(navigate, START)
        expect(nav.length).toBeGreaterThan(0)
        expect(nav.every((f) => f.cursor >= 0)).toBe(true)
      }),
    )
  })
})

describe('filter', () => {
  const rows = ['network/default-deny', 'network/egress', 'access/cluster-admin']
  const find = (query: string) => matching(rows, query, (r) => r)

  it('wants every word, in any order and case', () => {
    expect(find('DENY net')).toEqual(['network/default-deny'])
    expect(find('')).toEqual(rows)
  })

  it('takes letters in order only where no row has the words', () => {
    expect(find('ntdny')).toEqual(['network/default-deny'])
    expect(find('net')).toHaveLength(2)
    expect(find('zz')).toEqual([])
  })
})

describe('form', () => {
  const open = () => openForm(wizardSpec(ROLE), { name: 'x', preset: 'viewer', scope: ['ci'] })
  const type = (form: FormState, ...keys: readonly string[]) => keys.reduce((f, k) => typeKey(f, k).form, form)

  it('asks only what the answers make it ask', () => {
    expect(visibleFields(open()).map((f) => f.name)).not.toContain('rules')
    const own = type(open(), 'tab', 'left')
    expect(own.drafts.preset).toBe('own rules')
    expect(visibleFields(own).map((f) => f.name)).toContain('rules')
    expect(answersOf(type(own, 'left'))).not.toHaveProperty('rules')
  })

  it('is unsaved only after something was typed', () => {
    expect(isDirty(type(open(), 'tab', 'down', 'up', 'end'))).toBe(false)
    expect(isDirty(type(open(), 'y'))).toBe(true)
  })

  it('judges a number where it is given', () => {
    const days = type(open(), 'tab', 'tab', 'tab', 'ctrl-u', 'x', 'tab')
    expect(days.problems.days).toMatch(/number/)
    expect(type(days, 'shift-tab', 'ctrl-u', '9', 'tab').problems).toEqual({})
  })

  it('moves its cursor within the text', () => {
    expect(type(open(), 'left', 'a', 'home', 'b', 'end', 'backspace', 'delete').drafts.name).toBe('ba')
  })

  it('does not fall over any keys', () => {
    const key = fc.constantFrom(
      'tab',
      'shift-tab',
      'up',
      'down',
      'left',
      'right',
      'enter',
      ' ',
      'a',
      'd',
      '1',
      'backspace',
      'delete',
      'esc',
      'ctrl-s',
      'home',
      'end',
    )
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
        expect(type(open(), ...keys).spec.id).toBe('rbac-role')
      }),
    )
  })

  it('offers no namespace for an object that has none: its scope would be the whole check', () => {
    const spec = acceptSpec('access/x', { apiVersion: 'v1', kind: 'Namespace', name: 'shop' })
    expect(spec.problemOf('expires', '2999-02-30')).toBe('a date as YYYY-MM-DD')
    expect(spec.problemOf('expires', '2001-02-03')).toBe('a day in the future')
    expect(spec.problemOf('expires', '2999-02-28')).toBeUndefined()
    const [scope] = spec.fields
    expect(scope).toMatchObject({ options: ['object', 'check'] })
    const [wide] = acceptSpec('access/x', { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'p' }).fields
    expect(wide).toMatchObject({ options: ['object', 'namespace', 'check'] })
  })

  it('says yes and no', () => {
    expect(answersOf(type(openForm(wizardSpec(DENY), { dns: true }), ' '))).toEqual({ dns: false })
    expect(answersOf(openForm(wizardSpec(DENY), { dns: true }))).toEqual({ dns: true })
  })
})

describe('diff', () => {
  const text = (item: PreviewItem | undefined, width = 80) => (item?.kind === 'object' ? diffLines(item, width).map(plain) : [])

  it('shows signs, so that nothing is told by colour alone', () => {
    const [create, update] = preview(true).items
    expect(text(create).every((l) => l.startsWith('  + '))).toBe(true)
    expect(text(update)).toEqual(expect.arrayContaining(['  -   kind: ClusterRole', '  +   kind: Role']))
  })

  it('hides bookkeeping and keeps long lines whole', () => {
    const [, update] = preview(true).items
    if (update?.kind !== 'object' || update.before === undefined || update.after === undefined) throw new Error('no update')
    const long = 'x'.repeat(100)
    const metadata = { ...update.after.metadata, resourceVersion: '2', annotations: { note: long } }
    const lines = text({ ...update, after: { ...update.after, metadata } }, 60)
    expect(lines.join('\n')).not.toContain('resourceVersion')
    expect(lines.map((l) => l.replace(/^ {2}\+ (↳ )?/, '')).join('')).toContain(long)
  })

  it('names a path as people write it', () => {
    expect(pathLabel(['spec', 'containers', { key: 'name', value: 'app' }, 'image'])).toBe('spec.containers[name=app].image')
  })
})
