import { spawn } from 'node:child_process'

export interface RunResult {
  stdout: string
  stderr: string
  code: number
}

export interface RunOptions {
  stdin?: string
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** Return a failure instead of throwing it. */
  allowFail?: boolean
}

/** Runs a command to its end and collects what it prints. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: options.env, cwd: options.cwd })
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text
    })
    child.stdin.on('error', () => {}) // a command may end without reading its input
    child.stdin.end(options.stdin ?? '')
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const result = { ...output, code: code ?? 1 }
      if (result.code === 0 || options.allowFail) resolve(result)
      else reject(new Error(`${file} ${args.join(' ')} failed (${signal ?? `exit code ${code}`}): ${output.stderr.trim()}`))
    })
  })
}
