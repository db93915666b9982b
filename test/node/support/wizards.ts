import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stringify } from 'yaml'
import type { TestNode } from '../../cluster/node/node.ts'
import { command } from '../../e2e/command.ts'

/** The image of the guard on the bench. */
export const GUARD_IMAGE = 'registry.kubeharden.test/busybox:1.35'

export interface NodeOutcome {
  readonly component: string
  readonly state: string
  readonly detail: string
  readonly seconds: number
}

/** The program as an operator runs it against a node, with a state folder of its own. */
export class Kubeharden {
  readonly node: TestNode
  readonly dir: string
  #folders = 0

  private constructor(node: TestNode, dir: string) {
    this.node = node
    this.dir = dir
  }

  static async on(node: TestNode): Promise<Kubeharden> {
    return new Kubeharden(node, await mkdtemp(path.join(tmpdir(), 'kubeharden-node-')))
  }

  async must(args: readonly string[]): Promise<string> {
    const env = { KUBECONFIG: this.node.kubeconfig, XDG_STATE_HOME: path.join(this.dir, 'state'), NO_COLOR: '1' }
    const { code, out, err } = await command(args, env)
    if (code !== 0) throw new Error(`kubeharden ${args.join(' ')} ended with ${code}: ${err}${out}`)
    return out
  }

  async answers(name: string, answers: object): Promise<string> {
    const file = path.join(this.dir, `${name}.yaml`)
    await writeFile(file, stringify(answers))
    return file
  }

  /** Writes the folder of a wizard and copies it onto the node. */
  async bundle(wizard: string, answers: object): Promise<Bundle> {
    return this.#copied(wizard, ['generate', wizard, '--answers', await this.answers(wizard, answers)])
  }

  /** The next step of encryption: its folder, on the node; what it wrote is remembered for the steps after it. */
  async encryptionStep(name: string, answers: object): Promise<Bundle> {
    const file = await this.answers(name, { ...answers, way: 'by-hand' })
    return this.#copied(name, ['apply', 'encryption-config', '--answers', file, '--yes'])
  }

  async #copied(name: string, command: readonly string[]): Promise<Bundle> {
    this.#folders += 1
    const folder = `${this.#folders}-${name}`
    const out = path.join(this.dir, folder)
    await this.must([...command, '--out', out])
    const written = (await readdir(out, { recursive: true })).toSorted()
    const { stdout } = spawnSync('tar', ['-C', out, '-cf', '-', '.'], { maxBuffer: 64 * 1024 * 1024 })
    const at = `/root/kubeharden-test/${folder}`
    await this.node.must(['sh', '-c', `rm -rf ${at} && mkdir -p ${at} && tar -C ${at} -xf -`], { input: stdout })
    const parts = written.filter((f) => path.basename(f) === 'plan').map((f) => path.dirname(f))
    return new Bundle(this, out, at, parts.toSorted(byComponent), written)
  }
}

const ORDER = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd', 'kubelet']
const byComponent = (a: string, b: string) => ORDER.indexOf(path.basename(a)) - ORDER.indexOf(path.basename(b))

/** A folder of scripts, as it was copied onto the node. */
export class Bundle {
  readonly #program: Kubeharden
  readonly #out: string
  readonly #at: string
  readonly #parts: readonly string[]
  readonly #written: readonly string[]

  constructor(program: Kubeharden, out: string, at: string, parts: readonly string[], written: readonly string[]) {
    this.#program = program
    this.#out = out
    this.#at = at
    this.#parts = parts
    this.#written = written
  }

  /** Every script with --apply, then what keeps it for upgrades. */
  async apply(): Promise<NodeOutcome[]> {
    const outcomes: NodeOutcome[] = []
    for (const part of this.#parts) outcomes.push(await this.#script(part, '--apply'))
    await this.#patch('after')
    return outcomes
  }

  async undo(): Promise<NodeOutcome[]> {
    const outcomes: NodeOutcome[] = []
    for (const part of this.#parts.toReversed()) outcomes.push(await this.#script(part, '--undo'))
    await this.#patch('before')
    return outcomes
  }

  async #script(part: string, word: string): Promise<NodeOutcome> {
    const { stdout, stderr } = await this.#program.node.exec(['sh', `${this.#at}/${part}/kubeharden-node.sh`, word], { within: 600 })
    const last = stdout.trim().split('\n').at(-1) ?? ''
    if (!last.startsWith('{')) throw new Error(`${part} ${word}: ${stderr}${stdout}`)
    return JSON.parse(last) as NodeOutcome
  }

  async #patch(which: 'before' | 'after'): Promise<void> {
    for (const file of this.#written.filter((f) => f.endsWith(`-config-${which}.json`))) {
      const name = path.basename(file, `-${which}.json`)
      await this.#program.node.kubectl([
        '-n',
        'kube-system',
        'patch',
        'configmap',
        name,
        '--type',
        'json',
        '--patch-file',
        `${this.#at}/${file}`,
      ])
    }
  }

  get folder(): string {
    return this.#out
  }
}
