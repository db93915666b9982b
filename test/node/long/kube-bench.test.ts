import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../cluster/node/node.ts'
import { type Editor, editing } from '../support/edit.ts'
import { compare, figures, unexplained } from '../support/kubeBench.ts'
import { FILE_VARIANTS, FILES_REPAIRED, VARIANTS } from '../support/variants.ts'

let node: TestNode
let editor: Editor

beforeAll(async () => {
  // Of its own: what is broken here must not stand in the way of other tests.
  node = await startNode('kube-bench')
  editor = editing(node)
}, 600_000)
afterAll(async () => {
  await node?.down()
})

/** A setting is broken, the others are as they were, and both look; ten seconds to three minutes each. */
describe('kube-bench and our audit on a node with one setting broken', () => {
  test.each([...FILE_VARIANTS, ...VARIANTS])('$what', { timeout: 900_000 }, async ({ fails, of, make }) => {
    await editor.mend(of)
    await make(editor, node)
    const rows = await compare(node)
    process.stderr.write(`kube-bench, ${fails.join(' ')} broken: ${JSON.stringify(figures(rows))}\n`)
    expect(unexplained(rows)).toEqual([])
    for (const id of fails) expect(rows.find((row) => row.id === id)).toMatchObject({ ours: 'fail' })
  })

  test('and on one whose files were repaired as our checks say', { timeout: 900_000 }, async () => {
    const { passes, make } = FILES_REPAIRED
    await editor.mend()
    await make(editor, node)
    const rows = await compare(node)
    process.stderr.write(`kube-bench, files repaired: ${JSON.stringify(figures(rows))}\n`)
    expect(unexplained(rows)).toEqual([])
    for (const id of passes) expect(rows.find((row) => row.id === id)?.ours, id).toBe('pass')
  })

  test('and mended again, as on the stock node', { timeout: 900_000 }, async () => {
    await editor.mend()
    const rows = await compare(node)
    expect(unexplained(rows)).toEqual([])
    for (const id of [...FILE_VARIANTS, ...VARIANTS].flatMap(({ fails }) => fails))
      expect(rows.find((row) => row.id === id)?.ours, id).toBe('pass')
  })
})
