import { beforeAll, describe, expect, test } from 'vitest'
import { startNode, type TestNode } from '../cluster/node/node.ts'
import { compare, decided, figures, type Row, unexplained } from './support/kubeBench.ts'

let node: TestNode
let rows: readonly Row[]

beforeAll(async () => {
  node = await startNode()
  rows = await compare(node)
  process.stderr.write(`kube-bench: ${JSON.stringify(figures(rows))}\n`)
}, 600_000)

describe('kube-bench and our audit on a stock node', () => {
  test('agree on every control that both decide', () => {
    expect(unexplained(rows)).toEqual([])
  })

  test('decide together nearly all of sections 1 to 4', () => {
    const ids = decided(rows).map(({ id }) => id)
    // kube-bench leaves these to a person, or the stock node has nothing that they are about.
    const apart = ['1.2.20', '1.2.28', '4.1.3', '4.1.4', '4.2.11']
    const flags = (section: string, last: number) => Array.from({ length: last }, (_, i) => `${section}.${i + 1}`)
    const master = [...flags('1.1', 21), ...flags('1.2', 30), ...flags('1.3', 7), ...flags('1.4', 2), ...flags('2', 7), '3.2.1']
    const all = [...master, ...flags('4.1', 10), ...flags('4.2', 14), '4.3.1']
    expect(all.filter((id) => !ids.includes(id))).toEqual(apart)
  })

  test('the comparison would notice: it holds passes and fails of both', () => {
    for (const verdict of ['pass', 'fail'] as const) expect(decided(rows).filter((row) => row.ours === verdict).length).toBeGreaterThan(15)
  })
})
