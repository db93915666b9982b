import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { settleJournal } from '#change/settle.ts'
import { connectLive } from '#cluster/index.ts'
import type { NodeChange } from '#model/change.ts'
import type { JournalEntry } from '#model/journal.ts'
import type { NodePlan } from '#model/node.ts'
import { openJournal } from '#store/index.ts'
import { startNode, type TestNode } from '../../cluster/node/node.ts'

const PLAN: NodePlan = {
  component: 'kube-apiserver',
  folders: [],
  files: [],
  flags: [{ name: 'profiling', value: 'false' }],
  mounts: [],
  settings: [],
  withinSeconds: 120,
}

export interface Session {
  readonly child: ChildProcess
  readonly lines: { kind: string; value: unknown }[]
  readonly ended: Promise<number>
}

/** Sessions that change a node of their own, in processes of their own, and what is to be seen afterwards. */
export class GuardBench {
  readonly node: TestNode
  readonly image = 'registry.kubeharden.test/busybox:1.35'
  readonly dir = mkdtempSync(path.join(os.tmpdir(), 'kh-guard-'))
  readonly #children: ChildProcess[] = []

  private constructor(node: TestNode) {
    this.node = node
  }

  static async start(name: string): Promise<GuardBench> {
    return new GuardBench(await startNode(name))
  }

  async stop(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    await this.node.down()
    rmSync(this.dir, { recursive: true, force: true })
  }

  /** Profiling off at the API server, or what else is planned. */
  change(more: Partial<NodePlan> = {}): NodeChange {
    return {
      kind: 'node',
      title: { en: 'a change' },
      node: this.node.name,
      image: this.image,
      plan: { ...PLAN, ...more },
      proof: { kind: 'check', check: 'none' },
    }
  }

  /** A session in a process of its own; its journal lies in `state`. */
  session(mode: 'apply' | 'undo', state: string, plan?: object): Session {
    const file = path.join(this.dir, `${state}.json`)
    if (plan !== undefined) writeFileSync(file, JSON.stringify(plan))
    const program = path.join(import.meta.dirname, 'guardChild.ts')
    const args = [program, mode, this.node.kubeconfig, path.join(this.dir, state), file]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#children.push(child)
    const lines: Session['lines'] = []
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n')
      rest = parts.pop() ?? ''
      lines.push(...parts.map((line) => JSON.parse(line) as Session['lines'][number]))
    })
    return { child, lines, ended: new Promise((resolve) => child.on('close', (code) => resolve(code ?? 137))) }
  }

  async entries(state: string): Promise<readonly JournalEntry[]> {
    return (await openJournal(path.join(this.dir, state)).list()).flatMap((run) => run.entries)
  }

  manifest(): Promise<string> {
    return this.node.must(['cat', '/etc/kubernetes/manifests/kube-apiserver.yaml'])
  }

  /** What is left of guards in the cluster and on the node; the way back in /var/lib/kubeharden is meant to stay. */
  async leftovers(): Promise<string> {
    const namespaces = await this.node.kubectl(['get', 'namespaces', '-l', 'kubeharden.io/guard', '-o', 'name'])
    return namespaces + (await this.node.must(['sh', '-c', 'ls -d /run/kubeharden-guard-* 2>/dev/null || true']))
  }

  /** A second session connects, until the guard of the first has ended. */
  async settle(state: string): Promise<JournalEntry | undefined> {
    const journal = openJournal(path.join(this.dir, state))
    for (let tries = 0; tries < 60; tries += 1) {
      try {
        const { writer, nodes, reader } = await connectLive({ kubeconfig: this.node.kubeconfig, env: {} })
        await settleJournal({ journal, writer, nodes }).finally(() => reader.close())
        const entry = (await this.entries(state))[0]
        if (entry?.state !== 'sent') return entry
      } catch {
        // The API is still away, or the guard is still at work.
      }
      await sleep(2_000)
    }
    return (await this.entries(state))[0]
  }
}

export const notes = (s: Session) => s.lines.flatMap((l) => (l.kind === 'note' ? [String(l.value)] : []))
export const errorOf = (s: Session) =>
  s.lines.find((l) => l.kind === 'error')?.value as { code: string; message: string; hint: string } | undefined

/** Figures for whoever reads the test's output. */
export function figures(what: string, s: Session, began: number): void {
  const away = notes(s).flatMap((n) => /back after (\d+) s/.exec(n)?.[1] ?? [])
  process.stderr.write(`guard, ${what}: ${Math.round((Date.now() - began) / 1000)} s in all, the API away ${away.join('+') || 0} s\n`)
}
