import { createHash } from 'node:crypto'
import { type BundleFile, bundleName, NODE_SCRIPT, type NodeFile, type NodePlan } from '#model/node.ts'
import { loadNodeScript } from '../templates.ts'
import { planLines } from './lines.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * The name of a run that is made by hand: the same plan on the same node has the same, so that a second `--apply` finds what
 * the first one did and `--undo` takes back just that. Keys are not part of it; what they stand for is.
 */
export function runId(plan: NodePlan, node: string): string {
  return `${plan.component}-${sha256(JSON.stringify([node, plan])).slice(0, 12)}`
}

/** All that travels to the node: the script, the plan as lines, the files. `text` gives a file its content, keys in place. */
export function bundleOf(
  plan: NodePlan,
  node: string,
  run: string,
  { text, templates }: { readonly text: (file: NodeFile) => string; readonly templates?: string },
): readonly BundleFile[] {
  const files = plan.files.map((file, i): BundleFile => ({ path: bundleName(file, i), mode: 0o600, text: text(file) }))
  return [
    { path: NODE_SCRIPT, mode: 0o700, text: loadNodeScript(templates) },
    { path: 'plan', mode: 0o600, text: planText(plan, node, run, text) },
    ...files,
  ]
}

/** The plan as the script reads it. */
export function planText(plan: NodePlan, node: string, run: string, text: (file: NodeFile) => string): string {
  return planLines(
    plan,
    node,
    run,
    plan.files.map((file) => sha256(text(file))),
  )
}

/** The same where the keys do not exist yet. */
export function maskedPlanText(plan: NodePlan, node: string, run: string, text: (file: NodeFile) => string | undefined): string {
  const sums = plan.files.map((file) => {
    const known = text(file)
    return known === undefined ? '‹sha256, known when the file is written›' : sha256(known)
  })
  return planLines(plan, node, run, sums)
}
