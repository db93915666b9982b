import { expect, it } from 'vitest'
import { runExecPlugin } from '#cluster/live/exec.ts'
import { HardenError } from '#model/errors.ts'

type Plugin = Parameters<typeof runExecPlugin>[0]
const CLUSTER = { server: 'https://example.test' } as Parameters<typeof runExecPlugin>[1]
const plugin = (script: string): Plugin =>
  ({ apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script], provideClusterInfo: false }) as Plugin

async function failing(script: string, timeoutMs: number, env: NodeJS.ProcessEnv = process.env): Promise<HardenError> {
  const error = await runExecPlugin(plugin(script), CLUSTER, env, timeoutMs).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(HardenError)
  return error as HardenError
}

it('does not wait for a plugin that hangs, nor for a child of it that holds its pipes', async () => {
  const start = Date.now()
  const child = `require('child_process').spawn(process.execPath,['-e','setTimeout(()=>{},4000)'],{stdio:'inherit'});setTimeout(()=>{},60000)`
  const error = await failing(child, 500)
  expect(error).toMatchObject({ code: 'credentials', exitCode: 3 })
  expect(error.message).toMatch(/gave no answer within/)
  expect(Date.now() - start).toBeLessThan(3000)
})

it('does not keep what a plugin prints without end', async () => {
  const error = await failing(`for (let i = 0; i < 200; i++) process.stdout.write('x'.repeat(100000))`, 20_000)
  expect(error.message).toMatch(/printed no ExecCredential/)
})

it('hands on the environment that it was given and no other, and closes standard input', async () => {
  const script = `let n=0;process.stdin.on('data',()=>n++).on('end',()=>console.log(JSON.stringify({status:{token:[process.env.A,process.env.HOME,n,JSON.parse(process.env.KUBERNETES_EXEC_INFO).spec.interactive].join()}})))`
  const { token } = await runExecPlugin(plugin(script), CLUSTER, { A: 'a' }, 20_000)
  expect(token).toBe('a,,0,false')
})

it('quotes no token of what the plugin said', async () => {
  const secret = `eyJ${'a'.repeat(30)}.eyJ${'b'.repeat(30)}.${'c'.repeat(30)}`
  const error = await failing(
    `console.error('got ${secret} and password=hunter2hunter2');console.log('{"token":"${secret}"}');process.exit(1)`,
    20_000,
  )
  expect(`${error.message} ${error.hint} ${String(error.cause)}`).not.toMatch(/eyJ|hunter2/)
})
