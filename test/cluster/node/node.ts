import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { down } from './down.mjs'
import { entering } from './run.mjs'
import { up } from './up.mjs'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ExecOptions {
  readonly input?: string | Uint8Array
  /** Seconds; the command is killed then. */
  readonly within?: number
}

/** A real kubeadm node, as the tests use it. */
export interface TestNode {
  /** Also the name of the Node object. */
  readonly name: string
  /** Usable from this machine. */
  readonly kubeconfig: string
  readonly address: string
  /** Runs a command on the node; never throws for its exit code. */
  exec(command: readonly string[], options?: ExecOptions): Promise<Ran>
  /** Runs a command on the node; its output. Throws where it fails. */
  must(command: readonly string[], options?: ExecOptions): Promise<string>
  /** kubectl on the node, as administrator; its output. */
  kubectl(args: readonly string[], options?: ExecOptions): Promise<string>
  /** Deploys the shop application and waits until its pods run. */
  shop(): Promise<void>
  down(): Promise<void>
}

/** The name of the cluster that all tests of the project `node` share (`globalSetup` starts it and takes it down). */
export const SHARED = process.env.KUBEHARDEN_NODE ?? 'test'

/** Starts a node, or finds the one of that name that runs. */
export async function startNode(name: string = SHARED, say: (line: string) => void = () => {}): Promise<TestNode> {
  const { kubeconfig, address, pid } = await up(name, say)
  const exec = (command: readonly string[], options: ExecOptions = {}) => execOn(pid, command, options)
  const must = async (command: readonly string[], options: ExecOptions = {}) => {
    const { code, stdout, stderr } = await exec(command, options)
    if (code === 0) return stdout
    throw new Error(`${command.join(' ')} ended with ${code} on ${name}: ${stderr.trim() || stdout.trim()}`)
  }
  const kubectl = (args: readonly string[], options?: ExecOptions) => must(['kubectl', ...args], options)
  return { name, kubeconfig, address, exec, must, kubectl, shop: () => shop(kubectl), down: async () => void (await down(name)) }
}

function execOn(pid: number, command: readonly string[], { input, within = 300 }: ExecOptions): Promise<Ran> {
  const [program, args] = entering(pid, command)
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: within * 1000, killSignal: 'SIGKILL' })
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 137, ...output }))
    child.stdin.on('error', () => {}) // a command that does not read to the end
    child.stdin.end(input ?? '')
  })
}

async function shop(kubectl: TestNode['kubectl']): Promise<void> {
  const input = await readFile(path.join(import.meta.dirname, 'manifests', 'shop.yaml'), 'utf8')
  // A pod is refused until its namespace has a default service account.
  for (let tries = 0; ; tries += 1) {
    try {
      await kubectl(['apply', '-f', '-'], { input })
      break
    } catch (error) {
      if (tries === 10) throw error
      await sleep(1000)
    }
  }
  for (const namespace of ['shop', 'other'])
    await kubectl(['-n', namespace, 'wait', '--for=condition=Ready', 'pods', '--all', '--timeout=90s'])
}
