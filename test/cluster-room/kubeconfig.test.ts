import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listContexts } from '../../src/cluster/index.ts'
import { parseTimeout, resolveAccess } from '../../src/cluster/live/kubeconfig.ts'
import { parseConfig } from '../../src/cluster/live/kubeconfig-file.ts'
import { HardenError } from '../../src/model/errors.ts'
import { file, folder, kubeconfig } from './support.ts'

const failure = async (promise: Promise<unknown>): Promise<HardenError> =>
  await promise.then(
    () => expect.fail('it went through'),
    (error: HardenError) => error,
  )

describe('where the kubeconfig comes from', () => {
  it('skips missing files of KUBECONFIG, and the first definition wins', async () => {
    const dir = await folder()
    const a = await file(dir, 'a', kubeconfig({ server: 'https://first:6443', name: 'one' }))
    const b = await file(
      dir,
      'b',
      kubeconfig({ server: 'https://second:6443', name: 'one' }).replace('current-context: one', 'current-context: two'),
    )
    const c = await file(dir, 'c', kubeconfig({ server: 'https://third:6443', name: 'three', context: { namespace: 'shop' } }))
    const env = { HOME: dir, KUBECONFIG: [path.join(dir, 'missing'), a, b, a, '', c].join(path.delimiter) }
    expect(await listContexts({ env })).toEqual([
      { name: 'one', cluster: 'one', user: 'one', server: 'https://first:6443', namespace: undefined, current: true },
      { name: 'three', cluster: 'three', user: 'three', server: 'https://third:6443', namespace: 'shop', current: false },
    ])
    expect(await resolveAccess({ context: 'three', namespace: 'bank' }, env)).toMatchObject({
      context: 'three',
      namespace: 'bank',
      cluster: { server: 'https://third:6443' },
    })
  })

  it('falls back to ~/.kube/config', async () => {
    const dir = await folder()
    await mkdir(path.join(dir, '.kube'))
    await file(dir, '.kube/config', kubeconfig({ server: 'https://home:6443/' }))
    expect((await resolveAccess({}, { HOME: dir })).cluster.server).toBe('https://home:6443')
  })

  it('--kubeconfig stands alone', async () => {
    const dir = await folder()
    const a = await file(dir, 'a', kubeconfig({ name: 'flag' }))
    const b = await file(dir, 'b', kubeconfig({ name: 'env' }))
    expect((await listContexts({ kubeconfig: a, env: { KUBECONFIG: b } })).map(({ name }) => name)).toEqual(['flag'])
  })

  it('makes paths absolute from the file they stand in, and leaves bare commands to PATH', async () => {
    const dir = await folder()
    const user = {
      'client-certificate': 'c.crt',
      'client-key': '/abs/c.key',
      tokenFile: 'sub/token',
      exec: { apiVersion: 'v1', command: './plugin' },
    }
    const a = await file(dir, 'a', kubeconfig({ server: 'https://x', cluster: { 'certificate-authority': 'ca.crt' }, user }))
    const access = await resolveAccess({ kubeconfig: a }, {})
    expect(access.cluster['certificate-authority']).toBe(path.join(dir, 'ca.crt'))
    expect(access.user).toMatchObject({
      'client-certificate': path.join(dir, 'c.crt'),
      'client-key': '/abs/c.key',
      tokenFile: path.join(dir, 'sub/token'),
      exec: { command: path.join(dir, 'plugin') },
    })
    const b = await file(dir, 'b', kubeconfig({ server: 'https://x', user: { exec: { apiVersion: 'v1', command: 'aws' } } }))
    expect((await resolveAccess({ kubeconfig: b }, {})).user.exec?.command).toBe('aws')
  })

  it('keeps the CA of a context without user', async () => {
    const dir = await folder()
    const text = kubeconfig({ server: 'https://x', cluster: { 'certificate-authority-data': 'Q0E=' } }).replace(/ {6}user: one\n/, '')
    const access = await resolveAccess({ kubeconfig: await file(dir, 'a', text) }, {})
    expect(access.cluster['certificate-authority-data']).toBe('Q0E=')
    expect(access.user.token).toBeUndefined()
  })
})

describe('who we are', () => {
  it('takes on the user and groups of the kubeconfig, and of the flags instead', async () => {
    const dir = await folder()
    const user = { as: 'bob', 'as-uid': '7', 'as-groups': ['x', 'y'], 'as-user-extra': { reason: ['z'] } }
    const a = await file(dir, 'a', kubeconfig({ server: 'https://x', user }))
    expect((await resolveAccess({ kubeconfig: a }, {})).user).toMatchObject(user)
    const flags = await resolveAccess({ kubeconfig: a, as: 'eve', asGroups: ['q'] }, {})
    expect(flags.user).toMatchObject({ as: 'eve', 'as-uid': undefined, 'as-groups': ['q'], 'as-user-extra': undefined })
  })

  it('refuses groups without a user', async () => {
    const a = await file(await folder(), 'a', kubeconfig({ server: 'https://x' }))
    expect(await failure(resolveAccess({ kubeconfig: a, asGroups: ['q'] }, {}))).toMatchObject({ code: 'usage' })
  })
})

describe('what is wrong, and what to do next', () => {
  const cases: readonly (readonly [what: string, text: string, message: RegExp, hint: RegExp])[] = [
    ['empty', '', /holds no context/, /--practice/],
    ['only comments', '# nothing\n', /holds no context/, /--practice/],
    ['broken YAML', 'apiVersion: v1\nclusters:\n  - name: [a\nusers: {', /config:[34]:\d+: this is not valid YAML/, /Repair this line/],
    ['not a mapping', '- a\n- b\n', /config: .*expected object/i, /kubectl config view/],
    ['contexts of the wrong kind', 'contexts: 5\n', /contexts: .*array/i, /kubectl config view/],
    ['no current-context', kubeconfig({ name: 'x' }).replace('current-context: x\n', ''), /sets no current-context/, /Known: x/],
    [
      'unknown current-context',
      kubeconfig({ name: 'prod' }).replace('current-context: prod', 'current-context: prud'),
      /no context "prud"/,
      /Did you mean "prod"\? Known: prod/,
    ],
    ['unknown cluster', kubeconfig().replace('cluster: one', 'cluster: gone'), /names the cluster "gone"/, /kubectl config view/],
    ['unknown user', kubeconfig().replace('user: one', 'user: gone'), /names the user "gone"/, /kubectl config view/],
    ['no server', kubeconfig().replace('server: http://127.0.0.1:1', 'server: ""'), /no usable server/, /kubectl config view/],
    ['a server that is no address', kubeconfig({ server: 'localhost:6443' }), /no usable server/, /kubectl config view/],
  ]
  it.each(cases)('%s', async (_, text, message, hint) => {
    const found = await failure(resolveAccess({ kubeconfig: await file(await folder(), 'config', text) }, {}))
    expect(found).toBeInstanceOf(HardenError)
    expect(found).toMatchObject({
      code: 'kubeconfig',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
      exitCode: 2,
    })
  })

  it('no kubeconfig at all', async () => {
    const dir = await folder()
    expect(await failure(resolveAccess({}, { HOME: dir }))).toMatchObject({
      code: 'kubeconfig',
      message: expect.stringContaining(path.join(dir, '.kube')),
      hint: expect.stringContaining('--practice'),
    })
    expect(await failure(listContexts({ env: { HOME: dir, KUBECONFIG: '/nowhere/a:/nowhere/b' } }))).toMatchObject({
      code: 'kubeconfig',
      message: expect.stringContaining('none of them exists'),
    })
  })

  it('--kubeconfig that is missing, or a folder', async () => {
    const dir = await folder()
    expect(await failure(resolveAccess({ kubeconfig: path.join(dir, 'no') }, {}))).toMatchObject({
      message: expect.stringContaining('does not exist'),
    })
    expect(await failure(resolveAccess({ kubeconfig: dir }, {}))).toMatchObject({ message: expect.stringContaining('is a folder') })
  })

  it('a file that cannot be read', async () => {
    const a = await file(await folder(), 'a', kubeconfig())
    const inside = path.join(a, 'config')
    for (const found of [failure(resolveAccess({ kubeconfig: inside }, {})), failure(listContexts({ env: { KUBECONFIG: inside } }))])
      expect(await found).toMatchObject({ code: 'kubeconfig', message: expect.stringContaining('cannot be read (ENOTDIR)') })
  })

  it('never quotes the file, whatever stands in it', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60 }),
        fc.constantFrom('token: ', 'users: [', '- ', 'clusters:\n  - name: ', ''),
        (text, before) => {
          const marked = `${before}s3cr3t-mark${text}`
          try {
            parseConfig('f', marked)
          } catch (error) {
            expect(error).toBeInstanceOf(HardenError)
            expect(`${(error as HardenError).message} ${(error as HardenError).hint}`).not.toContain('s3cr3t-mark')
          }
        },
      ),
    )
  })
})

describe('--request-timeout', () => {
  it.each([
    ['30', 30_000],
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['0', undefined],
    ['0s', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (text, ms) => expect(parseTimeout(text)).toBe(ms))
  it.each(['soon', '5x', '-1s', '1s soon', 's'])('%s is refused', (text) =>
    expect(() => parseTimeout(text)).toThrow(expect.objectContaining({ code: 'usage' })),
  )
})
