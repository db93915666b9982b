import { describe, expect, it } from 'vitest'
import type { LossPreview } from '../../../src/model/loss.ts'
import { cliBench } from './bench.ts'

const bench = cliBench()
const preview = (...argv: string[]) => bench.run(['preview', 'loss', '--practice', ...argv])

describe('preview loss', () => {
  it('tries each node and each registry by itself, and says what of it breaks', async () => {
    const { code, out, err } = await preview()
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out).toMatch(/^3 of 7 losses break something; each stands for itself$/m)
    expect(out).toMatch(/^node worker-2 +0 +0 +0 +0 +0 +13 % +7 % +-$/m)
    expect(out).toMatch(/^ {2}! StatefulSet shop\/db: 0 of 1 left; made anew only when the Node is deleted or tainted/m)
    expect(out).toMatch(/^ {2}! etcd: 0 of 1 members left, no majority/m)
    expect(out).toContain('No node says its zone')
  })

  it('one loss as JSON: nodes and registries together', async () => {
    const { code, out } = await preview('--node', 'worker-1', '--registry', 'registry.example.com', '-o', 'json', '-n', 'shop')
    const [loss, ...others] = (JSON.parse(out) as LossPreview).losses
    expect({ code, others }).toEqual({ code: 1, others: [] })
    expect(loss?.event).toEqual({ nodes: ['worker-1'], zones: [], registries: ['registry.example.com'] })
    const web = loss?.workloads.find((w) => w.object.name === 'web')
    expect(web).toMatchObject({ object: { kind: 'Deployment', namespace: 'shop' }, now: 1, left: 0, verdict: 'down' })
    expect(web?.pods[0]?.fate).toMatchObject({ kind: 'waits', why: expect.stringContaining('without an image that cannot be pulled') })
    expect(loss?.workloads.every((w) => w.object.namespace === 'shop')).toBe(true)
  })

  it('exit 0 where nothing breaks', async () => {
    const { code, out } = await preview('--node', 'worker-2')
    expect({ code, out: out.split('\n')[0] }).toEqual({ code: 0, out: 'Without node worker-2: nothing breaks' })
  })

  it('a name that is not there is an error that names those that are', async () => {
    const { code, err } = await preview('--node', 'worker-9')
    expect(code).toBe(2)
    expect(err).toContain('There is no node worker-9')
    expect(err).toContain('cp-1, worker-1, worker-2')
  })

  it('manifests alone are no cluster', async () => {
    const { code, err } = await bench.run(['preview', 'loss', '--from', 'templates/network-policies'])
    expect(code).toBe(2)
    expect(err).toContain('What is lost can only be said of a cluster')
  })
})
