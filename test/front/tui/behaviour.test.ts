import { describe, expect, it } from 'vitest'
import { HardenError } from '#model/errors.ts'
import { CONTEXTS, FakeSession } from './fakeSession.ts'
import { KEY, onScreen, Screen } from './terminal.ts'

const TO_FORM = [KEY.enter, KEY.enter, KEY.enter, 'w'] as const

describe('the start', () => {
  it('draws before the session answers', () =>
    onScreen(new FakeSession({ phase: 'connecting' }), { startedHint: 'Welcome back.' }, async (screen) => {
      expect(screen.text()).toContain('kubeharden 0.1.0')
      expect(screen.text()).toContain('Connecting')
      expect(screen.text()).toContain('Welcome back.')
    }))

  it('chooses a context, and the practice cluster as the last entry', async () => {
    const session = new FakeSession({ phase: 'choosing' })
    await onScreen(session, {}, async (screen) => {
      await screen.press('j', KEY.enter)
      expect(session.calls).toContain('choose staging')
      expect(screen.selected()).toContain('Access (RBAC)')
      await screen.press('C', 'G', KEY.enter)
      expect(session.calls).toContain('leave')
      expect(session.calls).toContain('choose practice')
    })
  })

  it('goes home when the cluster is gone', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      await screen.press(KEY.enter, KEY.enter)
      const error = new HardenError('credentials', 'The token expired.', 'Sign in again.')
      session.show({ phase: 'failed', target: { kind: 'context' }, error, contexts: CONTEXTS })
      expect(await screen.until('The token expired.')).toContain('Which cluster')
      await screen.press('r')
      expect(session.calls.at(-1)).toBe('choose undefined')
    })
  })
})

describe('moving', () => {
  it('takes keys that arrive as one string', () =>
    onScreen(new FakeSession({ many: 20 }), {}, async (screen) => {
      await screen.press(KEY.enter, KEY.enter)
      expect(screen.selected()).toContain('ci-deployer')
      await screen.press('jjjj')
      expect(screen.selected()).toContain('extra-0002')
      expect(await screen.press('kk')).toContain('3/23')
      expect(await screen.press(KEY.end)).toContain('23/23')
      expect(await screen.press(KEY.home)).toContain('1/23')
      expect(await screen.press('G')).toContain('23/23')
      expect(await screen.press('g', KEY.pgdn)).toMatch(/ \d\d?\/23/)
      expect(await screen.press(KEY.pgup, KEY.up)).toContain('1/23')
    }))

  it('restores the cursor on the way back', () =>
    onScreen(new FakeSession(), {}, async (screen) => {
      await screen.press(KEY.enter, 'jjj')
      const before = screen.selected()
      await screen.press(KEY.enter)
      expect(screen.text()).toContain('access/sign-in')
      await screen.press(KEY.esc)
      expect(screen.selected()).toBe(before)
    }))

  it('stays fast with 2000 rows', () =>
    onScreen(new FakeSession({ many: 2000 }), {}, async (screen) => {
      await screen.press(KEY.enter, KEY.enter)
      const started = performance.now()
      screen.input.type('j'.repeat(100))
      await screen.until('101/2003')
      expect(performance.now() - started).toBeLessThan(3000)
    }))

  it('filters, keeps the filter on Enter, clears it on Esc', () =>
    onScreen(new FakeSession(), {}, async (screen) => {
      await screen.press(KEY.enter, '/', ...'all-of')
      expect(screen.selected()).toContain('every verb')
      expect(screen.text()).not.toContain('cluster-admin is')
      await screen.press(KEY.enter)
      expect(screen.text()).toContain('/all-of')
      expect(await screen.press(KEY.esc)).toContain('cluster-admin is')
      expect(await screen.press('/', ...'zzz')).toContain('Nothing matches “zzz”')
      expect(await screen.press(KEY.esc, '/', ...'scrts')).toContain('Only few may read Secrets')
    }))

  it('goes anywhere from the palette', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      expect(await screen.press(':', ...'network/eg', KEY.enter)).toContain('network/egress')
      expect(await screen.press(':', ...'overview', KEY.enter)).toContain('Area  ')
      expect(await screen.press(':', ...'rbac-role', KEY.enter)).toContain('Name of the role')
      await screen.press(KEY.esc, ':', ...'refresh', KEY.enter)
      expect(session.calls).toContain('refresh')
      await screen.press(':', ...'snapshot', KEY.enter, KEY.enter)
      expect(session.calls).toContain('snapshot kubeharden-snapshot.json')
      screen.input.type(':quit\r')
      expect(await screen.ended).toBe(0)
    })
  })
})

describe('a terminal of another size', () => {
  it('says that it is too small and recovers', () =>
    onScreen(new FakeSession(), { columns: 59, rows: 20 }, async (screen) => {
      expect(screen.text()).toContain('terminal too small (59x20), needs 60x16')
      screen.resize(100, 15)
      expect(await screen.until('100x15')).not.toContain('Score')
      screen.resize(100, 30)
      expect(await screen.until('Access (RBAC)')).not.toContain('too small')
      screen.resize(60, 16)
      const smallest = await screen.until('Access (RBAC)')
      expect(smallest.split('\n')).toHaveLength(16)
      expect(smallest).toContain('? help  q quit')
    }))

  it('never loses header and footer at 60x16', () =>
    onScreen(new FakeSession({ practice: true }), { columns: 60, rows: 16 }, async (screen) => {
      for (const key of [KEY.enter, KEY.enter, KEY.enter, 'w', KEY.ctrlS, 'a']) {
        const lines = (await screen.press(key)).split('\n')
        expect(lines[0]).toContain('PRACTICE CLUSTER — nothing here is real')
        expect(lines[2]).toBe('─'.repeat(60))
      }
    }))
})

describe('a form', () => {
  it('judges answers where they are given and hands on what was answered', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, '\x15', ...'Not OK')
      expect(await screen.press(KEY.tab)).toContain('! Name of the role')
      expect(await screen.press(KEY.shiftTab)).toContain('✗ lower case letters, digits and -')
      await screen.press('\x15', ...'reader')
      expect(await screen.press(KEY.tab)).not.toContain('! Name')
      await screen.press(KEY.right, KEY.tab, ' ', KEY.tab, '\x15', ...'14', KEY.tab, ' ', KEY.tab, ...'a=b, c=d', KEY.tab)
      expect(await screen.press(KEY.enter)).toContain('2 objects would change')
      expect(session.given).toEqual({
        name: 'reader',
        preset: 'editor',
        scope: ['shop', 'ci'],
        days: 14,
        audit: true,
        labels: ['a=b', 'c=d'],
      })
    })
  })

  it('hands on what nobody touched unchanged', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, KEY.ctrlS)
      expect(session.given).toEqual({ name: 'ci-deployer', preset: 'viewer', scope: ['ci'], days: 30, audit: false })
    })
  })

  it('goes to the first problem instead of the preview', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, KEY.tab, KEY.tab, KEY.down, ' ', KEY.ctrlS)
      expect(screen.text()).toContain('✗ at least one namespace')
      expect(session.calls).not.toContain('preview rbac-role')
    })
  })

  it('edits the rows of a table', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, KEY.tab, KEY.left, KEY.tab, KEY.enter, ...'apps', KEY.tab)
      await screen.press(KEY.ctrlS)
      expect(screen.text()).toMatch(/!› ?resources/)
      await screen.press(...'deployments', KEY.tab, ' ', KEY.down, ' ', KEY.ctrlS)
      expect(screen.text()).toContain('apiGroup: apps · resources: deployments · verbs: get, list')
      await screen.press(KEY.ctrlS)
      expect(session.given).toMatchObject({
        preset: 'own rules',
        rules: [{ apiGroup: 'apps', resources: ['deployments'], verbs: ['get', 'list'] }],
      })
    })
  })

  it('takes pasted text whole, line ends and all', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, '\x15')
      await screen.press('\x1b[200~from-a-ticket\r\n\x1b[201~')
      expect(screen.text()).toContain('from-a-ticket')
      expect(screen.text()).toContain('Name of the role')
      expect(session.calls).not.toContain('preview rbac-role')
    })
  })

  it('asks before answers are lost, with the focus on Cancel', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, 'x', KEY.esc)
      expect(screen.text()).toContain('› [ Cancel ]')
      expect(await screen.press(KEY.enter)).toContain('ci-deployerx')
      expect(await screen.press(KEY.esc, KEY.tab, KEY.enter)).toContain('Wizards that fix it')
    })
  })

  it('leaves at once where nothing was typed; q asks only where something was', async () => {
    const screen = new Screen(new FakeSession())
    await screen.settled()
    await screen.press(...TO_FORM, KEY.esc)
    expect(screen.text()).toContain('Wizards that fix it')
    await screen.press('w', 'x', KEY.ctrlS)
    expect(await screen.press('q')).toContain('Leave the form?')
    screen.input.type(`${KEY.tab}`)
    await screen.settled()
    screen.input.type(KEY.enter)
    expect(await screen.ended).toBe(0)
  })

  it('accepts a risk for this object and attests a manual item', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      await screen.press(KEY.enter, KEY.enter, KEY.enter, 'a', KEY.tab, ...'ann', KEY.tab, ...'known', KEY.tab, ...'2020-01-01', KEY.ctrlS)
      expect(screen.text()).toContain('✗ a day in the future')
      await screen.press('\x15', ...'2099-01-01', KEY.ctrlS)
      const scope = { kind: 'ClusterRoleBinding', name: 'ci-deployer' }
      expect(session.calls.at(-1)).toBe(
        `accept ${JSON.stringify({ check: 'access/cluster-admin', scope, owner: 'ann', reason: 'known', expires: '2099-01-01' })}`,
      )
      expect(screen.text()).toContain('Accepted until 2099-01-01.')
      await screen.press(KEY.esc, 'jjj', KEY.enter, KEY.enter, 't', ...'ann', KEY.tab, ...'looked', KEY.tab, ...'2099-01-01', KEY.ctrlS)
      expect(session.calls.at(-1)).toContain('attest {"check":"access/sign-in"')
    })
  })
})

describe('changing a cluster', () => {
  it('focuses Cancel: Enter, Enter changes nothing', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, KEY.ctrlS, 'a', KEY.enter, 'a', KEY.esc)
      expect(session.calls.some((c) => c.startsWith('apply'))).toBe(false)
      expect(screen.text()).toContain('nothing is written yet')
    })
  })

  it('wants the right name typed for a cluster-wide change', async () => {
    const session = new FakeSession({ clusterWide: true })
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, KEY.ctrlS, 'a', KEY.tab, KEY.enter)
      expect(screen.text()).toContain('That is not the name')
      await screen.press(...'prod', KEY.enter)
      expect(session.calls).not.toContain('apply rbac-role')
      await screen.press(...'-eu', KEY.enter)
      expect(session.calls).toContain('apply rbac-role')
      expect(await screen.until('Proven')).toContain('fail')
    })
  })

  it('Ctrl-C stops an apply and tells what was done; then the run is undone', async () => {
    const session = new FakeSession({ slow: 250 })
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, KEY.ctrlS, 'a', KEY.tab, KEY.enter)
      await screen.press(KEY.ctrlC)
      const told = await screen.until('Stopped: 1 of 2')
      expect(told).toContain('✓ done      create')
      expect(told).toContain('– not done  update')
      await screen.press('u', 'a', KEY.tab, KEY.enter)
      await screen.until('Undone')
      expect(session.calls).toContain('undo run-1')
    })
  })

  it('a failing apply ends in a result with its hint', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, KEY.ctrlS)
      session.failNext = new HardenError('forbidden', 'You may not create roles in ci.', 'Ask for the right create roles.')
      await screen.press('a', KEY.tab, KEY.enter)
      expect(screen.text()).toContain('Not finished: 0 of 2')
      expect(screen.text()).toContain('Ask for the right create roles.')
      // Nothing was done: the answers must not have to be given again.
      expect(await screen.press(KEY.enter)).toContain('› Preview')
    })
  })

  it('marks the answer that the cluster cannot use', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM)
      session.failNext = new HardenError('input', 'name: there is a role of this name.', 'Take another one.')
      expect(await screen.press(KEY.ctrlS)).toMatch(/✗ there is a role of this name. Take another one./)
    })
  })

  it('a failing preview is told; the answers stay', async () => {
    const session = new FakeSession()
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, 'x')
      session.failNext = new HardenError('unreachable', 'No answer.', 'Try again.')
      expect(await screen.press(KEY.ctrlS)).toContain('→ Try again.')
      expect(await screen.press(KEY.enter)).toContain('ci-deployerx')
    })
  })

  it('writes nothing where nothing may be written, but offers a folder', async () => {
    const session = new FakeSession({ readOnly: 'started with --read-only' })
    await onScreen(session, {}, async (screen) => {
      await screen.press(...TO_FORM, KEY.ctrlS, 'a')
      expect(screen.text()).toContain('Nothing can be written here: started with --read-only')
      await screen.press(KEY.enter, 'w', '\x15', ...'/tmp/out', KEY.enter)
      expect(session.calls.at(-1)).toBe('write rbac-role /tmp/out')
      expect(screen.text()).toContain('/tmp/out/role.yaml')
    })
  })

  it('comes back to the list, the cursor where it was', () =>
    onScreen(new FakeSession(), {}, async (screen) => {
      await screen.press(KEY.enter, 'w', KEY.ctrlS, 'a', KEY.tab, KEY.enter)
      await screen.until('Proven')
      await screen.press(KEY.enter)
      expect(screen.text()).toContain('Overview › Access (RBAC)  ')
      expect(screen.selected()).toContain('No role grants every verb')
    }))
})

describe('leaving', () => {
  it('Ctrl-C leaves with 130 and the terminal as it was', async () => {
    const screen = new Screen(new FakeSession())
    await screen.settled()
    expect(screen.input.rawMode).toBe(true)
    screen.input.type(KEY.ctrlC)
    expect(await screen.ended).toBe(130)
    expect(screen.input.rawMode).toBe(false)
    expect(screen.output.raw).toContain('\x1b[?1049h')
    expect(screen.output.raw.lastIndexOf('\x1b[?1049l')).toBeGreaterThan(screen.output.raw.lastIndexOf('\x1b[?1049h'))
    expect(screen.output.raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(screen.output.raw.lastIndexOf('\x1b[?25l'))
  })

  it('Ctrl-C works while connecting and in a form', async () => {
    const connecting = new Screen(new FakeSession({ phase: 'connecting' }))
    await connecting.settled()
    connecting.input.type(KEY.ctrlC)
    expect(await connecting.ended).toBe(130)
    const form = new Screen(new FakeSession())
    await form.settled()
    await form.press(...TO_FORM, 'x')
    form.input.type(KEY.ctrlC)
    expect(await form.ended).toBe(130)
  })

  it('q leaves with 0', async () => {
    const screen = new Screen(new FakeSession())
    await screen.settled()
    screen.input.type('q')
    expect(await screen.ended).toBe(0)
  })
})

describe('names of strangers and colours', () => {
  it('shows control characters escaped', () =>
    onScreen(new FakeSession(), {}, async (screen) => {
      expect(await screen.press(KEY.enter, KEY.enter)).toContain('build\\x1b[31m')
      expect(screen.output.raw).not.toContain('build\x1b[31m')
    }))

  it('uses colours, or none at all', async () => {
    await onScreen(new FakeSession(), {}, async (screen) => {
      await screen.press(KEY.enter)
      expect(screen.colourOf('To fix')).toBeDefined()
    })
    await onScreen(new FakeSession(), { color: false }, async (screen) => {
      await screen.press(KEY.enter, KEY.enter, KEY.enter, 'w', KEY.ctrlS)
      expect(screen.output.raw).not.toMatch(/\x1b\[(3\d|4\d|9\d|10\d|38|48)[;m]/)
      expect(screen.output.raw).not.toMatch(/\x1b\[2m/)
    })
  })
})
