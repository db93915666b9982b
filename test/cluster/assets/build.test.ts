import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../run.ts'

const here = import.meta.dirname
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'assets-test-'))
})
afterAll(async () => {
  await rm(dir, { recursive: true })
})

const build = (env: Record<string, string>) => run(process.execPath, [path.join(here, 'build.mjs')], { env, allowFail: true })

it('says what to do when KUBEBUILDER_ASSETS is incomplete', async () => {
  const { code, stdout, stderr } = await build({ KUBEBUILDER_ASSETS: dir })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain(`KUBEBUILDER_ASSETS names ${dir}, which has no etcd.`)
})

it('says what to do when Go is missing, and leaves no lock and no half folder', async () => {
  const { code, stderr } = await build({ KUBEHARDEN_CACHE: dir, PATH: dir })
  expect(code).toBe(1)
  expect(stderr).toContain('"go" was not found')
  expect(stderr).toContain('Install the Go version')
  expect(await readdir(path.join(dir, 'assets'))).toEqual([])
})

it('looks in KUBEHARDEN_CACHE, then XDG_CACHE_HOME, then HOME, and takes what is complete', async () => {
  const assetsOf = async (env: Record<string, string>) => {
    const script = `import { assetsFolder } from './build.mjs'; process.stdout.write(await assetsFolder())`
    return (await run(process.execPath, ['--input-type=module', '-e', script], { cwd: here, env })).stdout
  }
  const env = { HOME: '/h', XDG_CACHE_HOME: '/x', KUBEHARDEN_CACHE: dir }
  const folder = await assetsOf(env)
  const name = path.basename(folder)
  expect(name).toMatch(/^k8s-[\d.]+-etcd-[\d.]+-[0-9a-f]{12}$/)
  expect(folder).toBe(path.join(dir, 'assets', name))
  expect(await assetsOf({ ...env, KUBEHARDEN_CACHE: '' })).toBe(`/x/kubeharden/assets/${name}`)
  expect(await assetsOf({ HOME: '/h' })).toBe(`/h/.cache/kubeharden/assets/${name}`)
  await mkdir(folder, { recursive: true })
  for (const file of ['etcd', 'etcdctl', 'kube-apiserver', 'kubectl']) await writeFile(path.join(folder, file), '')
  expect(await build(env)).toEqual({ code: 0, stdout: `${folder}\n`, stderr: '' })
})

it('builds only once at a time, and takes over the lock of a dead process', async () => {
  const lock = path.join(dir, 'lock')
  const log = path.join(dir, 'log')
  await writeFile(lock, '999999999 elsewhere')
  await utimes(lock, new Date(0), new Date(0))
  const script = `import { withLock } from './lock.mjs'
    import { appendFileSync } from 'node:fs'
    await withLock(process.argv[1], () => {}, async () => {
      appendFileSync(process.argv[2], 'in ')
      await new Promise((resolve) => setTimeout(resolve, 200))
      appendFileSync(process.argv[2], 'out ')
    })`
  const args = ['--input-type=module', '-e', script, lock, log]
  await Promise.all([1, 2, 3].map(() => run(process.execPath, args, { cwd: here })))
  expect(await readFile(log, 'utf8')).toBe('in out in out in out ')
})
