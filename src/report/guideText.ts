import type { GuideFile, NodeItem, PreviewItem } from '#model/change.ts'
import { type Lang, safe, safeLines, say } from '#model/text.ts'
import { nodeLines } from './nodeText.ts'
import type { Line } from './previewText.ts'
import { diffText } from './textDiff.ts'

type GuideItem = Extract<PreviewItem, { kind: 'guide' }>

/** A guided change as lines without indent: what happens on which node, then its files, and last what is the same in every folder. */
export function guideLines(item: GuideItem, lang: Lang = 'en'): readonly Line[] {
  return [
    { tone: 'title', text: `by hand on the nodes: ${say(item.change.title, lang)}` },
    ...nodesOnce(item.nodes ?? []).flatMap(({ node, same }) => [...nodeLines(node, lang), ...sameLine(node, same)]),
    ...inOrder(item.files).flatMap((file) => fileLines(file, lang)),
  ]
}

/** Nodes of which the same becomes are shown once. */
export function nodesOnce(nodes: readonly NodeItem[]): readonly { readonly node: NodeItem; readonly same: readonly string[] }[] {
  const alike = Map.groupBy(nodes, ({ node, change: _, ...rest }) => JSON.stringify(rest).replaceAll(JSON.stringify(node), ''))
  return [...alike.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ node: first, same: others.map((o) => o.node) }],
  )
}

/** `the same of kube-apiserver on nodes cp-2, cp-3`, one node after the other. */
export function sameLine(item: NodeItem, same: readonly string[]): Line[] {
  if (same.length === 0) return []
  const nodes = `${same.length === 1 ? 'node' : 'nodes'} ${same.map(safe).join(', ')}`
  return [{ tone: 'title', text: `the same of ${item.component} on ${nodes}` }]
}

/** What is to be read first; what is only told comes last, the plan before the constant script. */
export function inOrder(files: readonly GuideFile[]): readonly GuideFile[] {
  return [...files.filter((f) => f.told === undefined), ...files.filter((f) => f.told !== undefined).toReversed()]
}

function fileLines(file: GuideFile, lang: Lang): Line[] {
  const head = `write file ${safe(file.path)} (mode ${file.mode.toString(8).padStart(4, '0')})`
  if (file.told !== undefined) return [{ tone: 'note', text: `${head}: ${safe(say(file.told, lang))}` }]
  const title: Line = { tone: 'title', text: head }
  if (file.compared !== undefined) return [title, ...diffText(file.compared.before, file.compared.after, '  ')]
  const body = safeLines(file.masked.trimEnd()).split('\n')
  return [title, ...body.map((text): Line => ({ tone: 'add', text: `    ${text}` }))]
}
