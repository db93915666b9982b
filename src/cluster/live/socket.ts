import { WebSocket } from 'undici'
import { HardenError } from '#model/errors.ts'
import { NoAnswer } from './api-error.ts'
import type { Credentials } from './credentials.ts'
import { type HeaderSettings, headersOf } from './request.ts'
import type { Transport } from './transport.ts'

export interface SocketSettings extends HeaderSettings {
  readonly server: string
  readonly transport: Transport
  readonly credentials: Credentials
}

export interface Socket {
  readonly socket: WebSocket
  /** Ends the connection, also where the other side does not answer any more. */
  close(): void
}

export interface SocketOptions {
  /** Names may come more than once. */
  readonly query: readonly (readonly [name: string, value: string])[]
  /** The other side chooses one, the first it knows. */
  readonly protocols: readonly string[]
  readonly signal: AbortSignal
}

/**
 * An open WebSocket to the API server, with the same credentials, TLS and proxy as every request. Why a server refuses to
 * open one cannot be seen here: ask for the right beforehand, and make a request before this one, which renews credentials.
 */
export async function openSocket(settings: SocketSettings, path: string, options: SocketOptions): Promise<Socket> {
  const credential = await settings.credentials.current()
  const { accept: _, ...headers } = headersOf(settings, credential, {})
  const dispatcher = settings.transport.fresh(credential)
  const url = `${settings.server.replace(/^http/, 'ws')}${path}?${new URLSearchParams(options.query.map(([n, v]) => [n, v]))}`
  const socket = new WebSocket(url, { protocols: [...options.protocols], dispatcher, headers: single(headers) })
  socket.binaryType = 'arraybuffer'
  const close = () => {
    if (socket.readyState === socket.OPEN) socket.close()
    void dispatcher.destroy()
  }
  try {
    await opened(socket, options.signal)
    return { socket, close }
  } catch (error) {
    close()
    throw error
  }
}

/** The library sends a header once: several groups would arrive as one group of a strange name. */
function single(headers: Readonly<Record<string, string | string[]>>): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const values = Array.isArray(value) ? value : [value]
    if (values.length > 1)
      throw new HardenError(
        'usage',
        'Files cannot be handed to a node while acting as a user with several groups.',
        'Leave out --as-group but one, or act as yourself.',
      )
    out[name] = values[0] ?? ''
  }
  return out
}

function opened(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (why: string) => reject(new NoAnswer('other', why))
    if (signal.aborted) failed('no connection in time')
    signal.addEventListener('abort', () => failed('no connection in time'), { once: true })
    socket.addEventListener('open', () => resolve(), { once: true })
    socket.addEventListener('error', () => failed('the API server did not open the connection'), { once: true })
    socket.addEventListener('close', () => failed('the API server did not open the connection'), { once: true })
  })
}
