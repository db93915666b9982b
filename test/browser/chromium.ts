import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBrowser } from './find.mjs'

type Params = Readonly<Record<string, unknown>>
interface Message {
  readonly id?: number
  readonly sessionId?: string
  readonly method?: string
  readonly params?: Params
  readonly result?: Params
  readonly error?: { readonly message: string }
}

/** One page of a headless Chromium, driven by its DevTools protocol. */
export interface Page {
  /** Sends a command of the protocol. */
  send(method: string, params?: Params): Promise<Params>
  /** Opens an address and waits until it is loaded. */
  open(url: string): Promise<void>
  /** The value of an expression in the page. */
  value<T>(expression: string): Promise<T>
  /** Everything that a page should not do: errors, warnings, dialogs, uncaught exceptions. */
  readonly complaints: string[]
  /** Every address that was asked for. */
  readonly requests: string[]
}

export interface Browser {
  page(): Promise<Page>
  stop(): Promise<void>
}

/** Starts a browser with a home of its own. Fails where there is none: whoever calls wants one. */
export async function startBrowser(): Promise<Browser> {
  const path = findBrowser()
  if (path === undefined) throw new Error('no Chromium or Chrome was found (CHROME_PATH names one)')
  const home = mkdtempSync(join(tmpdir(), 'kubeharden-browser-'))
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-port=0', '--no-first-run']
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', `--user-data-dir=${home}`]
  const child = spawn(path, [...args, ...quiet, 'about:blank'], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  const socket = await connected(await addressOf(child))
  const wire = wireOn(socket)
  return {
    page: () => newPage(wire),
    async stop() {
      socket.close()
      const ended = new Promise((done) => child.once('exit', done))
      // The whole group: renderers are children of their own.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      await ended
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let text = ''
    child.stderr?.on('data', (data: Buffer) => {
      text += data.toString()
      const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1]
      if (found !== undefined) done(found)
    })
    child.once('error', fail)
    child.once('exit', (code) => fail(new Error(`the browser ended with ${code}: ${text.slice(-500)}`)))
  })
}

async function connected(address: string): Promise<WebSocket> {
  const socket = new WebSocket(address)
  await new Promise((done, fail) => {
    socket.addEventListener('open', done, { once: true })
    socket.addEventListener('error', fail, { once: true })
  })
  return socket
}

interface Wire {
  send(method: string, params?: Params, sessionId?: string): Promise<Params>
  listen(listener: (message: Message) => void): void
}

function wireOn(socket: WebSocket): Wire {
  const waiting = new Map<number, (message: Message) => void>()
  const listeners: ((message: Message) => void)[] = []
  let last = 0
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id === undefined) for (const listener of listeners) listener(message)
    else waiting.get(message.id)?.(message)
  })
  return {
    listen: (listener) => void listeners.push(listener),
    send: (method, params = {}, sessionId) =>
      new Promise((done, fail) => {
        last += 1
        const id = last
        waiting.set(id, (message) => {
          waiting.delete(id)
          if (message.error === undefined) done(message.result ?? {})
          else fail(new Error(`${method}: ${message.error.message}`))
        })
        socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }))
      }),
  }
}

async function newPage(wire: Wire): Promise<Page> {
  const { targetId } = await wire.send('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await wire.send('Target.attachToTarget', { targetId, flatten: true })
  const send = (method: string, params?: Params) => wire.send(method, params, sessionId as string)
  const complaints: string[] = []
  const requests: string[] = []
  let loaded = () => {}
  wire.listen(({ sessionId: of, method, params }) => {
    if (of !== sessionId) return
    if (method === 'Page.loadEventFired') loaded()
    if (method === 'Network.requestWillBeSent') requests.push((params as { request: { url: string } }).request.url)
    if (method === 'Page.javascriptDialogOpening') void send('Page.handleJavaScriptDialog', { accept: false })
    if (COMPLAINTS.has(method ?? '')) complaints.push(`${method}: ${JSON.stringify(params).slice(0, 600)}`)
  })
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`)
  return {
    send,
    complaints,
    requests,
    async open(url) {
      const ready = new Promise<void>((done) => {
        loaded = done
      })
      await send('Page.navigate', { url })
      await ready
    },
    async value<T>(expression: string) {
      const answer = await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
      if (answer.exceptionDetails !== undefined) throw new Error(JSON.stringify(answer.exceptionDetails))
      return (answer.result as { value: T }).value
    },
  }
}

const COMPLAINTS = new Set(['Log.entryAdded', 'Runtime.consoleAPICalled', 'Runtime.exceptionThrown', 'Page.javascriptDialogOpening'])
