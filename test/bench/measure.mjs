import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'

const pty = createRequire(import.meta.url)('node-pty')

/** CPU milliseconds that all threads of a process have used so far (Linux). */
export function cpuOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.reduce((sum, t) => sum + Number(readFileSync(`/proc/${pid}/task/${t}/schedstat`, 'utf8').split(' ')[0]), 0) / 1e6
}

/** Runs a program in a terminal until `wanted` is among its output (or for `ms`), and returns the CPU it used by then. */
export async function cpuUntil(args, { wanted, ms, env = {} }) {
  const { CI: _ci, KUBECONFIG: _kubeconfig, ...inherited } = process.env
  const child = pty.spawn(process.execPath, args, { cols: 100, rows: 30, env: { ...inherited, ...env, TERM: 'xterm-256color' } })
  const { promise, resolve, reject } = Promise.withResolvers()
  let seen = ''
  let ready = false
  child.onData((data) => {
    seen += data
    if (ready || wanted === undefined || !seen.includes(wanted)) return
    ready = true
    resolve(cpuOf(child.pid))
  })
  child.onExit(() => reject(new Error(`ended before ${wanted} was seen:\n${seen}`)))
  const timer = sleep(ms ?? 20_000).then(() =>
    wanted === undefined ? resolve(cpuOf(child.pid)) : reject(new Error(`${wanted} not seen:\n${seen}`)),
  )
  try {
    return await promise
  } finally {
    child.kill('SIGKILL')
    timer.catch(() => {})
    promise.catch(() => {})
  }
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
