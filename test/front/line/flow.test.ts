import { describe, expect, test } from 'vitest'
import { HardenError } from '#model/errors.ts'
import { nodePreview } from '../tui/nodeData.ts'
import { drive } from './drive.ts'
import { createFakeSession } from './fakeSession.ts'
import { ESC, preview } from './fixtures.ts'

/** From the main menu into the wizard of the next best step, with every suggested answer, to the decision. */
const TO_DECISION = ['1', '', '', '', '', '', '', '']

describe('the whole way in numbered mode', () => {
  test('choose, area, check, wizard, preview, apply, result, journal, undo', async () => {
    const session = createFakeSession()
    const lines = [
      '', // the current context
      '2', // areas
      '1', // access
      '1', // the check
      'yes', // more evidence
      '1', // wizard
      'm', // more objects to start from
      '', // the first object
      '', // role name
      '', // note
      '', // scope
      'x', // days: wrong
      '0', // days: too few
      '14',
      '', // strict
      '1,3', // verbs
      'a, "b,c"', // names
      '1', // apply
      'yes',
      'b', // check
      'b', // area
      'b', // areas
      '5', // journal (there is no next step any more: one less)
    ]
    lines[lines.length - 1] = 'journal and'
    const { code, text } = await drive(session, [...lines, '1', '1', 'yes', 'b', 'b', 'quit'])
    expect(code).toBe(0)
    expect(session.calls.filter((c) => c === 'apply' || c === 'undo')).toEqual(['apply', 'undo'])
    expect(session.given.answers).toEqual({
      roleName: 'evil',
      scope: 'one',
      days: 14,
      strict: true,
      verbs: ['get', 'watch'],
      names: ['a', 'b,c'],
    })
    const seen = [
      'kubeharden 0.1.0',
      '2. prod (prod, https://10.0.0.1:6443, as olga; current)',
      'Connecting to prod ...',
      'read 3 of 4 kinds, 12 objects so far (roles)',
      'Cluster prod, Kubernetes v1.36.1, kubeadm',
      'Score 42 %, coverage 80 % (when the last session ended, 2026-11-21 08:00 UTC: 40 %)',
      'Access (RBAC): score 20 %, coverage 80 %, 1 open item (1 fail)',
      'missing right: list networkpolicies.networking.k8s.io in namespace kube-system',
      'Next best step: No wildcards in roles (+29 points)',
      'Why: Why of access/wildcards.',
      'FAIL, high: No wildcards in roles (12 of 12 objects)',
      'Fix: Fix of access/wildcards.',
      'FAIL Role shop/evil\\x1b[2J, rules[0]: evil\\x1b[2J holds too much (saw: *)',
      'Show more? 2 left yes or no [no]',
      'Role shop/role-12',
      'm. More (2 left)',
      '12. Role shop/role-12',
      'Name of the role [evil]:',
      'Not taken: not a whole number; write it in digits, for example 7',
      'Not taken: at least 1 day',
      'Preview. Nothing has been changed yet.',
      'change: Role shop/reader',
      '- *',
      '+ get',
      'managed by Helm release shop',
      'a warning of the server',
      'Pods of shop lose a right.',
      'This can be undone.',
      'b. Cancel: change nothing',
      '[1/2] sending: change Role shop/reader',
      '[2/2] done: change Role shop/writer',
      'No wildcards in roles: before FAIL, after PASS (failing objects: 12 before, 0 after)',
      'To undo: kubeharden undo run-1 --context prod',
      '2026-11-22 12:00 UTC apply narrow-role: 2 changes, verified',
      'entry run-1, by olga, cluster prod',
      'No wildcards in roles: before PASS, after FAIL',
      'Goodbye.',
    ]
    let at = 0
    for (const words of seen) {
      const next = text.indexOf(words, at)
      expect(next, `"${words}" after:\n${text.slice(Math.max(0, at - 200), at + 600)}`).toBeGreaterThanOrEqual(0)
      at = next
    }
    expect(text).not.toContain(ESC)
  })

  test('a failed connection is said, and can be tried again', async () => {
    const failOnce = new HardenError('unreachable', 'No answer from the API server.', 'Check the network.')
    const session = createFakeSession({ connected: true, failOnce })
    const { code, text } = await drive(session, ['', 'quit'])
    expect(text).toContain('No connection to prod.\nProblem: No answer from the API server.\n  What to do: Check the network.')
    expect(text).toContain('1. Try again: prod')
    expect(session.calls).toEqual(['start', 'choose'])
    expect(text).toContain('prod: what next?')
    expect(code).toBe(0)
  })

  test('PRACTICE and READ-ONLY stand at the start and in the menus', async () => {
    const session = createFakeSession({ connected: true, source: 'practice', readOnly: 'started with --read-only' })
    const { text } = await drive(session, [...TO_DECISION, '', 'quit'])
    expect(text).toContain('PRACTICE: this is a made-up cluster.')
    expect(text).toContain('READ-ONLY: started with --read-only.')
    expect(text).toContain('PRACTICE, READ-ONLY: prod: what next?')
    expect(text).toContain('this cannot be applied from here')
    expect(text).not.toContain('1. Apply')
  })

  test('on the practice cluster undo is offered where it works: in this session', async () => {
    const session = createFakeSession({ connected: true, source: 'practice' })
    const { text } = await drive(session, [...TO_DECISION, 'apply', 'y', 'q'])
    expect(text).toContain('The practice cluster forgets everything when you leave it.')
    expect(text).not.toContain('kubeharden undo')
  })
})

describe('deciding', () => {
  test('Enter at the decision cancels', async () => {
    const session = createFakeSession({ connected: true })
    const { text } = await drive(session, [...TO_DECISION, '', 'quit'])
    expect(text).toContain('Your choice [b]')
    expect(session.calls).not.toContain('apply')
  })

  test('Enter at the question "apply now" is no', async () => {
    const session = createFakeSession({ connected: true })
    const { text } = await drive(session, [...TO_DECISION, '1', '', 'b', 'quit'])
    expect(text).toContain('Not applied.')
    expect(session.calls).not.toContain('apply')
  })

  test('a cluster-scoped object wants the name of the context, nothing else will do', async () => {
    const wide = preview({ clusterWide: true })
    const no = createFakeSession({ connected: true, preview: wide })
    const refused = await drive(no, [...TO_DECISION, '1', 'yes', 'dev', ''])
    expect(refused.text).toContain('Type the name prod to apply')
    expect(refused.text).toContain('Not taken: that is not prod')
    expect(no.calls).not.toContain('apply')
    const yes = createFakeSession({ connected: true, preview: wide })
    await drive(yes, [...TO_DECISION, '1', 'prod'])
    expect(yes.calls).toContain('apply')
  })

  test('conflicts name the manager and take the apply away', async () => {
    const session = createFakeSession({ connected: true, preview: preview({ ok: false }) })
    const { text } = await drive(session, [...TO_DECISION, 'apply', '1', 'folder-x'])
    expect(text).toContain('rules belongs to helm\\x1b[1m')
    expect(text).toContain('This cannot be applied as it is')
    expect(text).not.toContain('1. Apply')
    expect(text).toContain('folder-x/kustomization.yaml')
    expect(session.calls).not.toContain('apply')
  })

  test('a guided change asks for a folder, and prints the way back before the steps', async () => {
    const session = createFakeSession({ connected: true, preview: preview({ guide: true }) })
    const { text } = await drive(session, [...TO_DECISION, '1', '', 'yes'])
    expect(session.given.outDir).toBe('kubeharden-narrow-role')
    const back = text.indexOf('1. Put the old manifest back')
    const step = text.indexOf('1. Copy the file to the node')
    expect(back).toBeGreaterThan(text.indexOf('Files are in kubeharden-narrow-role'))
    expect(step).toBeGreaterThan(back)
    expect(text).toContain('     scp enc.yaml node:')
    expect(text).toContain('enc.yaml (mode 0600)')
  })

  test('a change on a node says what its guard may touch, wants a folder for the key and the name of the cluster', async () => {
    const session = createFakeSession({ connected: true, preview: nodePreview() })
    const { text } = await drive(session, [...TO_DECISION, '1', 'keys', 'prod'])
    expect(session.given.outDir).toBe('keys')
    expect(session.calls).toContain('apply')
    expect(text.indexOf('A pod runs as root on cp-1\\x1b[31m')).toBeGreaterThan(text.indexOf('change: kube-apiserver on node cp-1'))
    expect(text).toContain('This makes a key.')
    expect(text).toContain('1 change on a node')
    expect(text).toContain('- --profiling=true')
    expect(text).not.toContain(`${ESC}[31m with`)
  })

  test('changing the answers keeps them', async () => {
    const session = createFakeSession({ connected: true })
    const { text } = await drive(session, ['1', 'reader', '', '', '', '', '', '', '3', '', 'b'])
    expect(text).toContain('Name of the role [reader]')
    expect(session.calls.filter((c) => c === 'preview')).toHaveLength(1)
  })

  test('what the plan refuses is said, and the questions come again', async () => {
    const previewError = new HardenError('input', 'There is no namespace shop.', 'Name one that exists.')
    const session = createFakeSession({ connected: true, previewError })
    const { text } = await drive(session, [...TO_DECISION, 'no', 'quit'])
    expect(text).toContain('Problem: There is no namespace shop.\n  What to do: Name one that exists.')
    expect(text).toContain('Go through the questions again? yes or no [yes]')
  })
})
