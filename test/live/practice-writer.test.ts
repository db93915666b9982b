import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectLive } from '../../src/cluster/index.ts'
import { connectPractice } from '../../src/cluster/practice/index.ts'
import { ApplyConflict, type Connection, type Writer } from '../../src/model/access.ts'
import { HardenError } from '../../src/model/errors.ts'
import type { Json, KubeObject } from '../../src/model/refs.ts'
import { refOf } from '../../src/model/refs.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { comparable, type Step, steps } from '../practice/operations.ts'

/** The practice writer must answer as the API server does: the same operations on both, the same answers. */
let cluster: TestCluster
let live: Connection
let practice: Connection

beforeAll(async () => {
  cluster = await startCluster({ name: 'practice' })
  live = await connectLive({ kubeconfig: cluster.adminKubeconfig, env: {} })
  practice = await connectPractice()
})
afterAll(async () => {
  await live.reader.close()
  await cluster.stop()
})

const writerOf = ({ writer }: Connection): Writer => {
  if (writer === undefined) throw new Error('no writer')
  return writer
}

async function outcome(writer: Writer, step: Step): Promise<Json> {
  try {
    return comparable(await step.run(writer))
  } catch (error) {
    if (!(error instanceof HardenError)) throw error
    const fields = error.cause instanceof ApplyConflict ? error.cause.conflicts.map((c) => `${c.manager} ${c.field}`).sort() : []
    return { error: error.code, fields }
  }
}

let round = 0
async function freshNamespace(): Promise<string> {
  round += 1
  const name = `round-${round}`
  const object: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
  for (const connection of [live, practice]) await writerOf(connection).create(object, { fieldManager: 'test' })
  return name
}

async function compareRun(list: readonly ((namespace: string) => Step)[]): Promise<void> {
  const namespace = await freshNamespace()
  const said: string[] = []
  for (const make of list) {
    const step = make(namespace)
    const expected = await outcome(writerOf(live), step)
    const actual = await outcome(writerOf(practice), step)
    said.push(step.text)
    expect({ after: said, answer: actual }).toEqual({ after: said, answer: expected })
    if (step.target === undefined) continue
    const [a, b] = await Promise.all([live, practice].map((c) => writerOf(c).get(step.target ?? refOf({} as KubeObject))))
    expect({ after: said, stored: comparable(b) }).toEqual({ after: said, stored: comparable(a) })
  }
}

describe('the practice writer answers as kube-apiserver', () => {
  for (const kind of ['Role', 'RoleBinding', 'ClusterRoleBinding', 'NetworkPolicy', 'CronJob', 'Namespace', 'ConfigMap'] as const) {
    it(`for ${kind}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(steps(kind), { minLength: 2, maxLength: 7 }), async (list) => compareRun(list)),
        // The same sequences each time, so that a change is judged and not the dice; the long run throws new ones.
        { numRuns: 40, endOnFailure: false, ...(process.env.KUBEHARDEN_LONG ? {} : { seed: 20261122 }) },
      )
    })
  }

  it('for a NetworkPolicy with empty lists in its rules, which are stored as none', async () => {
    const policy = (namespace: string): KubeObject => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'empty', namespace },
      spec: { podSelector: {}, ingress: [{ from: [], ports: [] }], egress: [] },
    })
    const apply = (namespace: string): Step => ({
      text: 'apply',
      target: refOf(policy(namespace)),
      run: (writer) => writer.apply(policy(namespace), { fieldManager: 'kubeharden:a' }),
    })
    await compareRun([apply, apply])
  })
})
