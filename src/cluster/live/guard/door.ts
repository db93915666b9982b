import { createHash } from 'node:crypto'
import { HardenError } from '#model/errors.ts'
import type { NodeDoor, NodeOutcome, NodeRun } from '#model/node.ts'
import { type KubeObject, refOf } from '#model/refs.ts'
import { ApiError, NoAnswer } from '../api-error.ts'
import { toConnectError } from '../connect-error.ts'
import type { Rest } from '../rest.ts'
import { toWriteError } from '../write-errors.ts'
import { execWith } from './exec.ts'
import { CONTAINER, deadlineSeconds, guardNamespace, incoming, jobObject, namespaceObject } from './objects.ts'
import { preflight } from './preflight.ts'
import { RECEIVE } from './scripts.ts'
import { tarOf } from './tar.ts'
import { remove } from './tidy.ts'
import { look, outcome, pause, started, type Watching } from './watch.ts'

/** The door to the nodes of a live cluster: guards that are Jobs, each in a namespace of its own. */
export function makeNodeDoor(rest: Rest): NodeDoor {
  return {
    preflight: (request, { signal } = {}) => preflight(rest, request, signal),
    run: (request, options = {}) => run(rest, request, options),
    settle: (request, { signal } = {}) => settle(rest, request.run, request.node, signal),
  }
}

async function run(rest: Rest, request: NodeRun, watching: Watching): Promise<NodeOutcome> {
  const namespace = guardNamespace(request.run)
  const { node } = request
  await create(rest, namespaceObject(namespace, request.run), '/api/v1/namespaces', 'namespaces')
  let leave = false
  try {
    await create(rest, jobObject(namespace, request), `/apis/batch/v1/namespaces/${namespace}/jobs`, 'jobs')
    const pod = await started(rest, namespace, node, watching)
    watching.onLine?.(`the guard runs on ${node}`)
    // From here on it may change the node: an interruption leaves it its namespace.
    leave = true
    await handOver(rest, { namespace, pod, container: CONTAINER }, request, watching)
    const ended = await outcome(
      rest,
      namespace,
      { withinSeconds: request.withinSeconds, deadlineSeconds: deadlineSeconds(request) },
      watching,
    )
    leave = false
    if (ended.outcome !== undefined) return ended.outcome
    if (ended.nothingDone) throw failed(`The guard on ${node} ended before it began: ${ended.why}. Nothing was changed on the node.`)
    leave = ended.why === STILL_RUNNING
    throw lost(node, request.run, ended.why)
  } catch (error) {
    const known = error instanceof HardenError ? error : undefined
    // What is surely known to have failed needs its namespace no more.
    if (known?.code === 'change-failed') leave = false
    if (leave) throw goesOn(error, node)
    if (known?.code === 'interrupted') throw failed(`Stopped before the guard on ${node} began. Nothing was changed on the node.`)
    throw known ?? toConnectError(error, rest.server)
  } finally {
    if (!leave) await remove(rest, namespace, watching)
  }
}

const STILL_RUNNING = 'it came to no end in time'

async function create(rest: Rest, object: KubeObject, path: string, plural: string): Promise<void> {
  try {
    await rest.call('POST', path, { body: object, query: { fieldValidation: 'Strict', fieldManager: 'kubeharden:guard' } })
  } catch (error) {
    throw toWriteError(error, { verb: 'create', ref: refOf(object), plural, server: rest.server })
  }
}

/** The bundle, through the exec channel; the pod looks at its sha256 before it begins. */
async function handOver(
  rest: Rest,
  target: { readonly namespace: string; readonly pod: string; readonly container: string },
  request: NodeRun,
  watching: Watching,
): Promise<void> {
  const tar = tarOf(request.bundle)
  const sha256 = createHash('sha256').update(tar).digest('hex')
  const command = ['/bin/sh', '-c', RECEIVE, 'receive', incoming(request.run), String(tar.length), sha256]
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await execWith(rest, target, command, tar, watching.signal === undefined ? {} : { signal: watching.signal })
      if (answer.exitCode === 0 && (answer.stdout.trim() === `sha256 ${sha256}` || answer.stdout.trim() === 'already')) return
      throw failed(
        `The guard on ${request.node} did not get its files whole: ${(answer.stderr || answer.stdout || answer.message || 'no answer').trim().slice(0, 300)}. Nothing was changed on the node.`,
      )
    } catch (error) {
      // It may have arrived all the same: a second time changes nothing.
      if (!(error instanceof NoAnswer) || attempt >= 3 || watching.signal?.aborted === true) throw error
      watching.onLine?.(`handing over the files again: ${error.message}`)
      await pause(1_000, watching.signal)
    }
  }
}

function failed(message: string): HardenError {
  return new HardenError('change-failed', message, 'Try again, or run the script on the node by hand.')
}

/** The outcome is not known: the journal's entry stays open and is settled by looking. */
function lost(node: string, run: string, why: string): HardenError {
  return new HardenError(
    'unreachable',
    `The guard on ${node} ended without an outcome (${why}).`,
    `What it replaced is kept on ${node} in /var/lib/kubeharden/${run}.`,
  )
}

function goesOn(error: unknown, node: string): HardenError {
  if (error instanceof HardenError && error.code === 'interrupted')
    return new HardenError(
      'interrupted',
      `The guard on ${node} goes on by itself: it ends its change, or goes back.`,
      'The next session asks for its outcome and takes it away; kubeharden journal shows it then.',
      { cause: error },
    )
  if (error instanceof HardenError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new HardenError(
    'unreachable',
    `The guard on ${node} was lost sight of: ${message}.`,
    'It goes on by itself: it ends its change, or goes back. The next session asks for its outcome.',
    { cause: error },
  )
}

const SETTLE_SECONDS = 15

/** The outcome of a guard whose session is gone; it and its namespace are taken away. One that still works is left to it. */
async function settle(rest: Rest, id: string, node: string, signal: AbortSignal | undefined): Promise<NodeOutcome | undefined> {
  const namespace = guardNamespace(id)
  try {
    if (!(await exists(rest, namespace, signal))) return undefined
    for (let tries = 0; ; tries += 1) {
      const state = await look(rest, namespace, signal)
      if (state?.is === 'ended' || state?.is === 'absent') {
        await remove(rest, namespace, signal === undefined ? {} : { signal })
        return state.is === 'ended' ? state.outcome : undefined
      }
      if (tries >= SETTLE_SECONDS) throw busy(node)
      await pause(1_000, signal)
    }
  } catch (error) {
    throw error instanceof HardenError ? error : toConnectError(error, rest.server)
  }
}

function busy(node: string): HardenError {
  return new HardenError(
    'conflict',
    `A guard of an earlier session is still at work on ${node}.`,
    'Wait a minute or two until it has ended, then try again.',
  )
}

async function exists(rest: Rest, namespace: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await rest.call('GET', `/api/v1/namespaces/${namespace}`, signal === undefined ? {} : { signal })
    return true
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return false
    throw error
  }
}
