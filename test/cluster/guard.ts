import { type ChildProcess, spawn } from 'node:child_process'

// Every line on stdin is the whole list of processes to take down. stdin ends when the tests end, however they end:
// that is the only signal that also comes after SIGKILL.
const SCRIPT = `trap '' HUP INT TERM
pids=
while read -r line; do pids=$line; done
if [ -n "$pids" ]; then kill -9 $pids 2>/dev/null; sleep 0.2; fi
rm -rf -- "$1"`

/** A small shell process that outlives the tests just long enough to kill their daemons and remove their folder. */
export class Guard {
  readonly #shell: ChildProcess
  readonly #pids = new Set<number>()

  constructor(folder: string) {
    const stdio = ['pipe', 'ignore', 'ignore'] as const
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT, 'test-cluster-guard', folder], { detached: true, stdio: [...stdio], cwd: '/' })
    this.#shell.unref()
    ;(this.#shell.stdin as unknown as { unref(): void }).unref()
    this.#shell.stdin?.on('error', () => {})
  }

  watch(pid: number): void {
    this.#pids.add(pid)
    this.#tell()
  }

  forget(pid: number): void {
    this.#pids.delete(pid)
    this.#tell()
  }

  /** Ends the guard and with it what it guards: processes still watched, and the folder. */
  async release(): Promise<void> {
    const { exitCode, signalCode } = this.#shell
    if (exitCode !== null || signalCode !== null) return
    await new Promise((resolve) => {
      this.#shell.ref()
      this.#shell.once('exit', resolve)
      this.#shell.stdin?.end()
    })
  }

  #tell(): void {
    this.#shell.stdin?.write(`${[...this.#pids].join(' ')}\n`)
  }
}
