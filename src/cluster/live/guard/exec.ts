import * as z from 'zod'
import { NoAnswer, parseJson } from '../api-error.ts'
import type { Rest } from '../rest.ts'
import type { Socket } from '../socket.ts'

/*
 * Runs a command in a container and hands it bytes: the only way by which files reach a node. WebSocket sub-protocol v5, or
 * v4, which cannot close standard input: the command must know how much to read.
 */

export const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

const STDIN = 0
const STDOUT = 1
const STDERR = 2
const ERROR = 3

const CHUNK = 16 * 1024
export const MOST_INPUT = 4 * 1024 * 1024
const MOST_OUTPUT = 64 * 1024

export interface ExecTarget {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

export interface ExecResult {
  /** At most 64 KiB each; what comes after is dropped. */
  readonly stdout: string
  readonly stderr: string
  /** Undefined where it could not be run at all. */
  readonly exitCode: number | undefined
  /** What the API server or the kubelet said where it was not fine. */
  readonly message?: string
}

/** Throws NoAnswer where the connection fails, or where nothing comes to an end in time. */
export async function execWith(
  rest: Pick<Rest, 'socket'>,
  target: ExecTarget,
  command: readonly string[],
  input: Uint8Array,
  options: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<ExecResult> {
  if (input.length > MOST_INPUT) throw new Error(`${input.length} bytes are more than an exec channel is given here`)
  const deadline = AbortSignal.timeout(options.timeoutMs ?? 60_000)
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal])
  const path = `/api/v1/namespaces/${encodeURIComponent(target.namespace)}/pods/${encodeURIComponent(target.pod)}/exec`
  const query = [
    ['container', target.container],
    ['stdin', 'true'],
    ['stdout', 'true'],
    ['stderr', 'true'],
    ...command.map((word) => ['command', word] as const),
  ] as const
  const open = await rest.socket(path, { query, protocols: PROTOCOLS, signal })
  try {
    return await talk(open, input, signal)
  } finally {
    open.close()
  }
}

function talk({ socket }: Socket, input: Uint8Array, signal: AbortSignal): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const out = { [STDOUT]: new Output(), [STDERR]: new Output() }
    const end = (answer: Pick<ExecResult, 'exitCode' | 'message'>) =>
      resolve({ stdout: out[STDOUT].text(), stderr: out[STDERR].text(), ...answer })
    signal.addEventListener('abort', () => reject(new NoAnswer('timeout', 'the command in the container came to no end in time')), {
      once: true,
    })
    socket.addEventListener('error', () => reject(new NoAnswer('reset', 'the connection broke off')))
    socket.addEventListener('close', () => reject(new NoAnswer('reset', 'the connection was closed without an answer')))
    socket.addEventListener('message', ({ data }) => {
      const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : Buffer.from(String(data))
      const [channel] = bytes
      if (channel === STDOUT || channel === STDERR) out[channel].add(bytes.subarray(1))
      else if (channel === ERROR) end(ending(Buffer.from(bytes.subarray(1)).toString('utf8')))
    })
    for (const frame of framesOf(input)) socket.send(frame)
  })
}

/** Standard input as messages: the channel's number, then the bytes. */
export function* framesOf(input: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < input.length; at += CHUNK) {
    const part = input.subarray(at, at + CHUNK)
    const frame = new Uint8Array(part.length + 1)
    frame[0] = STDIN
    frame.set(part, 1)
    yield frame
  }
}

class Output {
  readonly #parts: Uint8Array[] = []
  #size = 0
  add(bytes: Uint8Array): void {
    const part = bytes.subarray(0, Math.max(0, MOST_OUTPUT - this.#size))
    this.#size += part.length
    if (part.length > 0) this.#parts.push(part)
  }
  text(): string {
    return Buffer.concat(this.#parts).toString('utf8')
  }
}

const status = z.object({
  status: z.string(),
  message: z.string().optional(),
  details: z.object({ causes: z.array(z.object({ reason: z.string().optional(), message: z.string().optional() })).nullish() }).nullish(),
})

/** The `Status` on the error channel: how the command ended. */
export function ending(text: string): Pick<ExecResult, 'exitCode' | 'message'> {
  const read = status.safeParse(parseJson(text))
  if (!read.success) return { exitCode: undefined, message: text.slice(0, 500) }
  if (read.data.status === 'Success') return { exitCode: 0 }
  const code = read.data.details?.causes?.find((c) => c.reason === 'ExitCode')?.message
  const exitCode = code !== undefined && /^\d{1,3}$/.test(code) ? Number(code) : undefined
  return { exitCode, ...(read.data.message === undefined ? {} : { message: read.data.message }) }
}
