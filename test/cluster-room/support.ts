import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https, { type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'

/** A folder of the running test, gone when it ends. */
export async function folder(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'kubeharden-room-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

export async function file(dir: string, name: string, content: string): Promise<string> {
  const full = path.join(dir, name)
  await writeFile(full, content, { mode: 0o700 })
  return full
}

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Reply = {
  status?: number
  json?: unknown
  text?: string
  headers?: Record<string, string | string[]>
  drop?: true
  hang?: true
}

/** A server on loopback that answers as told and remembers what it was asked. */
export async function fakeServer(
  answer: (seen: Seen, count: number) => Reply,
  tls?: ServerOptions,
): Promise<{ url: string; seen: Seen[]; connections: () => number; stop: () => void }> {
  const seen: Seen[] = []
  let connections = 0
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
      seen.push(one)
      const reply = answer(one, seen.length)
      if (reply.hang === true) return
      if (reply.drop === true) return void request.socket.resetAndDestroy()
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers })
      response.end(reply.text ?? JSON.stringify(reply.json ?? {}))
    })
  }
  const server = tls === undefined ? http.createServer(handle) : https.createServer(tls, handle)
  server.on(tls === undefined ? 'connection' : 'secureConnection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.close()
    server.closeAllConnections()
  }
  onTestFinished(stop)
  const { port } = server.address() as AddressInfo
  return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, seen, connections: () => connections, stop }
}

export interface ConfigParts {
  readonly server?: string
  readonly cluster?: Record<string, unknown>
  readonly user?: Record<string, unknown>
  readonly context?: Record<string, unknown>
  readonly name?: string
}

/** A kubeconfig with one context. */
export function kubeconfig({
  server = 'http://127.0.0.1:1',
  cluster = {},
  user = {},
  context = {},
  name = 'one',
}: ConfigParts = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, ...context } }],
  })
}

export const status = (code: number, message: string, more: object = {}): Reply => ({
  status: code,
  json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code, ...more },
})
