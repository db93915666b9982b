import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ending, framesOf } from '#cluster/live/guard/exec.ts'
import { flagsOfPod } from '#cluster/live/guard/flags.ts'
import { deadlineSeconds, guardNamespace, incoming, jobObject, namespaceObject } from '#cluster/live/guard/objects.ts'
import { outcomeOf, podStateOf } from '#cluster/live/guard/podState.ts'
import { MAIN, NO_BUNDLE, RECEIVE } from '#cluster/live/guard/scripts.ts'
import { tarOf } from '#cluster/live/guard/tar.ts'
import type { BundleFile, NodeOutcome } from '#model/node.ts'
import { folder } from './support.ts'

const OUTCOME: NodeOutcome = { run: 'r-1', node: 'cp-1', component: 'kube-apiserver', state: 'applied', detail: 'it runs', seconds: 42 }
const REQUEST = {
  run: '20260102T030405678Z-1a2b3c-1',
  node: 'cp-1',
  component: 'kube-apiserver',
  image: 'busybox:1',
  withinSeconds: 120,
} as const

describe('the archive', () => {
  const names = fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}(\/[a-z0-9][a-z0-9._-]{0,20}){0,2}$/)
  const file = fc.record({
    path: names,
    mode: fc.constantFrom(0o600 as const, 0o700 as const),
    text: fc.string({ unit: 'grapheme', maxLength: 1500 }),
  })

  it('is read by tar as it was written', async () => {
    const dir = await folder()
    let n = 0
    fc.assert(
      fc.property(fc.uniqueArray(file, { minLength: 1, maxLength: 4, selector: (f) => f.path.split('/')[0] }), (files) => {
        n += 1
        const into = path.join(dir, String(n))
        mkdirSync(into)
        execFileSync('tar', ['-xpf', '-', '-C', into], { input: tarOf(files) })
        for (const f of files) {
          expect(readFileSync(path.join(into, f.path), 'utf8')).toBe(f.text)
          expect(statSync(path.join(into, f.path)).mode & 0o777).toBe(f.mode)
        }
      }),
      { numRuns: 25 },
    )
  })

  it.each(['/etc/passwd', '../out', 'a/../../b', 'a//b', './a', 'x'.repeat(101)])('takes no path that leads out: %s', (name) => {
    expect(() => tarOf([{ path: name, mode: 0o600, text: '' }])).toThrow('no path inside a bundle')
  })
})

describe('the programs of the guard, run by a shell', () => {
  const files: readonly BundleFile[] = [
    { path: 'kubeharden-node.sh', mode: 0o700, text: `echo "working $1"\necho '${JSON.stringify(OUTCOME)}'\nexit 0\n` },
    { path: 'files/config.yaml', mode: 0o600, text: 'secret: c2VjcmV0\n' },
  ]
  /** The same programs with another root than /host; chroot would need its own tools there. */
  const within = (text: string, host: string) =>
    text
      .replaceAll('/host', host)
      .replace(`chroot ${host} /bin/sh "$d/`, `/bin/sh "${host}$d/`)
      .replace('/dev/termination-log', `${host}/termination-log`)

  async function receive(host: string, tar: Buffer, sha256: string): Promise<{ code: number; out: string }> {
    const child = spawn('/bin/sh', ['-c', within(RECEIVE, host), 'receive', '/run-x', String(tar.length), sha256], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stdin.on('error', () => {})
    // Its end is never told: the program must know how much to read.
    child.stdin.write(tar)
    const code = await new Promise<number>((resolve) => child.on('close', (c) => resolve(c ?? -1)))
    child.stdin.destroy()
    return { code, out: out.trim() }
  }

  it('takes the bundle without an end of input, then does the work, leaves the outcome and no file', async () => {
    const host = await folder()
    const tar = tarOf(files)
    const sha256 = createHash('sha256').update(tar).digest('hex')
    expect(await receive(host, tar, sha256)).toEqual({ code: 0, out: `sha256 ${sha256}` })
    expect(statSync(path.join(host, 'run-x')).mode & 0o777).toBe(0o700)
    expect(statSync(path.join(host, 'run-x/files/config.yaml')).mode & 0o777).toBe(0o600)
    expect(await receive(host, tar, sha256)).toEqual({ code: 0, out: 'already' })
    const out = execFileSync('/bin/sh', ['-c', within(MAIN, host), 'guard', '/run-x', 'apply'], { encoding: 'utf8' })
    expect(out).toContain('working --apply')
    expect(outcomeOf(readFileSync(path.join(host, 'termination-log'), 'utf8'))).toEqual(OUTCOME)
    expect(readdirSync(host)).toEqual(['termination-log'])
  })

  it('refuses what arrives changed, and keeps nothing of it', async () => {
    const host = await folder()
    const tar = tarOf(files)
    const sha256 = createHash('sha256').update(tar).digest('hex')
    tar[700] = (tar[700] ?? 0) ^ 1
    expect(await receive(host, tar, sha256)).toMatchObject({ code: 9 })
    expect(readdirSync(host)).toEqual([])
  })

  it('hands on the exit code of the script', async () => {
    const host = await folder()
    mkdirSync(path.join(host, 'run-x'))
    writeFileSync(path.join(host, 'run-x/kubeharden-node.sh'), 'exit 7\n')
    writeFileSync(path.join(host, 'run-x/.go'), '')
    expect(() => execFileSync('/bin/sh', ['-c', within(MAIN, host), 'guard', '/run-x', 'apply'])).toThrow(
      expect.objectContaining({ status: 7 }),
    )
  })
})

describe('the objects of the guard', () => {
  it('is root on one node, without a token, privileges or a way back into the API', () => {
    const job = jobObject('ns', { ...REQUEST, command: 'apply' })
    const { spec } = (job.spec as { template: { spec: Record<string, unknown> } }).template
    expect(spec).toMatchObject({
      nodeName: 'cp-1',
      automountServiceAccountToken: false,
      restartPolicy: 'Never',
      hostNetwork: true,
      hostPID: false,
    })
    expect((spec.containers as object[])[0]).toMatchObject({
      securityContext: { privileged: false, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } },
      command: ['/bin/sh', '-c', MAIN, 'guard', incoming(REQUEST.run), 'apply'],
    })
    // Told to end in the middle, it has the time to go all the way back.
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(2 * REQUEST.withinSeconds)
    expect(deadlineSeconds(REQUEST)).toBeGreaterThan(2 * REQUEST.withinSeconds)
  })

  it('only for the kubelet, which is no pod, it sees the processes of the node', () => {
    const { spec } = (jobObject('ns', { ...REQUEST, component: 'kubelet' }).spec as { template: { spec: { hostPID: boolean } } }).template
    expect(spec.hostPID).toBe(true)
  })

  it('has the same namespace for the same run, and a name that Kubernetes takes', () => {
    fc.assert(
      fc.property(fc.string(), (run) => {
        expect(guardNamespace(run)).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
        expect(guardNamespace(run)).toBe(guardNamespace(run))
      }),
    )
    expect(guardNamespace('a-1')).not.toBe(guardNamespace('a-2'))
    expect(namespaceObject('x', 'r').metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'privileged' })
  })
})

describe('what a pod tells', () => {
  const podList = (status: object) => ({ items: [{ metadata: { name: 'guard-x' }, status }] })
  const container = (state: object) => podList({ phase: 'Running', containerStatuses: [{ state }] })

  it('reads how far it is', () => {
    expect(podStateOf({ items: [] })).toEqual({ is: 'absent' })
    expect(podStateOf(podList({ phase: 'Pending' }))).toMatchObject({ is: 'waiting', stuck: false })
    expect(podStateOf(container({ waiting: { reason: 'ImagePullBackOff', message: 'no such image' } }))).toEqual({
      is: 'waiting',
      name: 'guard-x',
      why: 'ImagePullBackOff: no such image',
      stuck: true,
    })
    expect(podStateOf(container({ running: {} }))).toEqual({ is: 'running', name: 'guard-x' })
    expect(podStateOf(container({ terminated: { exitCode: 0, message: JSON.stringify(OUTCOME) } }))).toMatchObject({
      is: 'ended',
      outcome: OUTCOME,
    })
    expect(podStateOf(container({ terminated: { exitCode: NO_BUNDLE } }))).toMatchObject({
      is: 'ended',
      outcome: undefined,
      nothingDone: true,
    })
    expect(podStateOf(container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }))).toMatchObject({
      outcome: undefined,
      nothingDone: false,
      why: 'OOMKilled, exit code 137',
    })
    expect(podStateOf(podList({ phase: 'Failed', reason: 'NodeAffinity' }))).toMatchObject({ is: 'ended', nothingDone: true })
  })

  it('never fails, and never takes something else for an outcome', () => {
    fc.assert(fc.property(fc.json(), (text) => void podStateOf(JSON.parse(text))))
    fc.assert(fc.property(fc.string(), (text) => void expect(outcomeOf(text)).toBeUndefined()))
    expect(outcomeOf(`a line\n${JSON.stringify(OUTCOME)}\n`)).toEqual(OUTCOME)
    expect(outcomeOf(JSON.stringify({ ...OUTCOME, state: 'fine' }))).toBeUndefined()
  })

  it('reads the flags of a static pod; the last of several wins', () => {
    const pod = {
      spec: { containers: [{ name: 'kube-apiserver', command: ['kube-apiserver', '--a=1', '--b', '--a=x=y'], args: ['--c='] }] },
    }
    expect(flagsOfPod(pod, 'kube-apiserver')).toEqual({ a: 'x=y', b: 'true', c: '' })
    expect(flagsOfPod(pod, 'etcd')).toBeUndefined()
    fc.assert(fc.property(fc.json(), (text) => void flagsOfPod(JSON.parse(text), 'etcd')))
  })
})

describe('the exec channel', () => {
  it('cuts standard input into messages, nothing lost', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50_000 }), (input) => {
        const frames = [...framesOf(input)]
        expect(frames.every((f) => f[0] === 0 && f.length > 1)).toBe(true)
        expect(Buffer.concat(frames.map((f) => f.subarray(1))).equals(Buffer.from(input))).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('reads how a command ended', () => {
    expect(ending('{"status":"Success"}')).toEqual({ exitCode: 0 })
    const failure = { status: 'Failure', message: 'command terminated', details: { causes: [{ reason: 'ExitCode', message: '9' }] } }
    expect(ending(JSON.stringify(failure))).toEqual({ exitCode: 9, message: 'command terminated' })
    expect(ending('gone')).toEqual({ exitCode: undefined, message: 'gone' })
    fc.assert(fc.property(fc.string(), (text) => void ending(text)))
  })
})
