import type { GeneratedFile, GuideFile, Impact, NodeItem, PreviewItem } from '#model/change.ts'
import { bundleName, type NodeComponent } from '#model/node.ts'
import type { Text } from '#model/text.ts'
import { nodeItem, restartCost } from './guard/item.ts'
import { checkPath, fileText, type Guide, keyMask, modeOf } from './guide.ts'

/** A guide as the operator sees it before its files are written, when no key exists yet: what it does, then its files. */
export function previewGuide(change: Guide, templates?: string): PreviewItem {
  const elsewhere = new Map([...change.files.flatMap(shownWithNode), ...change.files.flatMap(wayBack)])
  const files = change.files.map((file): GuideFile => {
    checkPath(file.path)
    const masked = fileText(file, keyMask, templates)
    const told = elsewhere.get(file.path) ?? toldOf(file, masked)
    const { content } = file
    return {
      path: file.path,
      mode: modeOf(file),
      masked,
      ...(told === undefined ? {} : { told }),
      ...(content.kind === 'text-patch' && told === undefined ? { compared: { before: content.from, after: content.to } } : {}),
    }
  })
  const nodes = change.files.flatMap((file) => nodeOf(file, change, templates))
  return { kind: 'guide', change, files, ...(nodes.length === 0 ? {} : { nodes }) }
}

/** The files of a plan are shown where they go to on the node. */
function shownWithNode({ path, content }: GeneratedFile): [string, Text][] {
  if (content.kind !== 'node-plan') return []
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  return content.plan.files.map((file, i) => [`${folder}${bundleName(file, i)}`, { en: `becomes ${file.path}, shown above` }])
}

/** A patch that only takes back what one before it in the list does. */
function wayBack({ path, content }: GeneratedFile, at: number, files: readonly GeneratedFile[]): [string, Text][] {
  if (content.kind !== 'text-patch') return []
  const there = files
    .slice(0, at)
    .find(({ content: other }) => other.kind === 'text-patch' && other.from === content.to && other.to === content.from)
  return there === undefined ? [] : [[path, { en: `the way back of ${there.path}` }]]
}

function toldOf({ content }: GeneratedFile, text: string): Text | undefined {
  const lines = text.trimEnd().split('\n').length
  if (content.kind === 'node-plan') return { en: `what is said above, in ${lines} lines for the script` }
  if (content.kind === 'node-script') return { en: `${lines} lines, the same for every change on every node` }
  return undefined
}

function nodeOf({ content }: GeneratedFile, { title, proof }: Guide, templates?: string): NodeItem[] {
  if (content.kind !== 'node-plan') return []
  const { node, plan, now } = content
  const item = nodeItem({ kind: 'node', title, node, plan, image: '', proof, ...(now === undefined ? {} : { now }) }, templates)
  return [{ ...item, touches: costsOf(plan.component, node, plan.withinSeconds, plan.loads !== undefined) }]
}

/** What a run by hand costs. A file that is read again while it runs says in the wizard's own words whether anything restarts. */
function costsOf(component: NodeComponent, node: string, seconds: number, reloads: boolean): Impact[] {
  const back: Impact = {
    level: 'info',
    text: { en: 'Where {component} is not healthy within {seconds} s, the script goes back by itself.' },
    params: { component, seconds },
  }
  return reloads ? [back] : [{ level: 'warn', text: restartCost(component), params: { node } }, back]
}
