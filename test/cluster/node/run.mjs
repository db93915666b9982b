// Runs things: on this machine, and on the node of a cluster.
import { spawn, spawnSync } from 'node:child_process'

/** Runs a program to its end; throws with its last words when it fails. */
export function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20, ...options })
  if (status === 0) return stdout
  throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `${stderr}${stdout}`.trim().split('\n').slice(-8).join('\n')}`)
}

/** The words that enter the node. Its home is /root, its kubectl is the administrator's. */
export function entering(pid, command) {
  const env = ['PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'KUBECONFIG=/etc/kubernetes/admin.conf']
  return ['nsenter', ['-t', String(pid), '-m', '-p', '-u', '-i', '-n', '--wd=/root', '--', 'env', '-i', ...env, ...command]]
}

export function runOnNode(pid, command, options = {}) {
  const [program, args] = entering(pid, command)
  return run(program, args, options)
}

export function succeedsOnNode(pid, command) {
  const [program, args] = entering(pid, command)
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

/** With the terminal handed through; the exit code of the command. */
export function execOnNode(pid, command) {
  const [program, args] = entering(pid, command)
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}
