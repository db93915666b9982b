import type { Change, GeneratedFile, NodeChange, Probe, Step } from '#model/change.ts'
import { bundleName, NODE_SCRIPT, type NodePlan } from '#model/node.ts'
import type { Text } from '#model/text.ts'
import { edited, type Kept } from './kept.ts'
import type { NodeAnswers } from './questions.ts'

/** One component on one node. */
export interface NodeTask {
  readonly node: string
  readonly plan: NodePlan
  readonly now?: NodeChange['now']
}

/** All that a wizard wants of the nodes. */
export interface NodeWork {
  readonly title: Text
  readonly tasks: readonly NodeTask[]
  readonly proof: Probe
  /** What is written into the cluster afterwards, so that an upgrade keeps the change. */
  readonly kept?: Kept | undefined
  /** Steps behind those of the nodes. */
  readonly more?: readonly Step[]
}

const ON_NODE = '/root/kubeharden'

/** The changes of a work: from the session by guards, or a folder with a script for each node and component. */
export function nodeChanges(answers: NodeAnswers, work: NodeWork): readonly Change[] {
  if (answers.way === 'by-hand') return [byHand(work)]
  const { title, tasks, proof, kept } = work
  const changes = tasks.map(({ node, plan, now }): Change => {
    return { kind: 'node', title, node, plan, image: answers.guardImage, proof, ...(now === undefined ? {} : { now }) }
  })
  return [...changes, ...(kept === undefined ? [] : [edited(kept)])]
}

const folderOf = ({ node, plan }: NodeTask): string => `${node}/${plan.component}`

function byHand({ title, tasks, proof, kept, more = [] }: NodeWork): Change {
  return {
    kind: 'guide',
    title,
    files: [...tasks.flatMap(bundle), ...(kept === undefined ? [] : patches(kept))],
    rollback: [...tasks.toReversed().map(undoStep), ...(kept === undefined ? [] : [patchStep(kept, 'before')])],
    steps: [copyStep(tasks), ...tasks.flatMap(applySteps), ...(kept === undefined ? [] : [patchStep(kept, 'after')]), ...more],
    proof,
  }
}

function bundle(task: NodeTask): GeneratedFile[] {
  const { node, plan, now } = task
  const at = folderOf(task)
  return [
    { path: `${at}/${NODE_SCRIPT}`, mode: 0o700, content: { kind: 'node-script' } },
    { path: `${at}/plan`, mode: 0o600, content: { kind: 'node-plan', node, plan, ...(now === undefined ? {} : { now }) } },
    ...plan.files.map((file, i): GeneratedFile => ({ path: `${at}/${bundleName(file, i)}`, mode: 0o600, content: file.content })),
  ]
}

function copyStep(tasks: readonly NodeTask[]): Step {
  const nodes = [...new Set(tasks.map((t) => t.node))]
  return {
    title: { en: 'On this machine, in this folder: copy each node its part' },
    explain: { en: 'The names are those of the nodes; write addresses where ssh does not know them.' },
    commands: [
      `for node in ${nodes.join(' ')}; do`,
      `  ssh -n "root@$node" 'install -d -m 0700 -o root -g root ${ON_NODE}' && scp -pr "./$node" "root@$node:${ON_NODE}/" &&`,
      '    echo "copied to $node" || { echo "NOT copied to $node"; break; }',
      'done',
    ],
  }
}

/** Looked at first, then changed: one node after the other. */
function applySteps(task: NodeTask): Step[] {
  const script = `${ON_NODE}/${folderOf(task)}/${NODE_SCRIPT}`
  return [
    {
      title: { en: `On ${task.node}, as root: look what would change of ${task.plan.component}, then change it` },
      explain: {
        en: 'The first line changes nothing. The second waits until it is healthy again and goes back by itself where it is not. Go on with the next node only after “applied”.',
      },
      commands: [`sh ${script}`, `sh ${script} --apply`],
    },
  ]
}

const LOOKS_FIRST = {
  en: 'It looks into etcd first, and refuses while something is stored that what was there before could not read: go back with the wizard then (situation: decrypt).',
}

function undoStep(task: NodeTask): Step {
  return {
    title: { en: `On ${task.node}, as root: ${task.plan.component} as it was` },
    ...(task.plan.loads === undefined ? {} : { explain: LOOKS_FIRST }),
    commands: [`sh ${ON_NODE}/${folderOf(task)}/${NODE_SCRIPT} --undo`],
  }
}

const patchPath = ({ name }: Kept, which: 'before' | 'after'): string => `${name}-${which}.json`

/** Each says what it expects to find, so that kubectl refuses where somebody else changed it since. */
function patches(kept: Kept): GeneratedFile[] {
  const file = (which: 'before' | 'after', from: string, to: string): GeneratedFile => ({
    path: patchPath(kept, which),
    mode: 0o600,
    content: { kind: 'text-patch', path: ['data', kept.key], from, to },
  })
  return [file('after', kept.before, kept.after), file('before', kept.after, kept.before)]
}

function patchStep(kept: Kept, which: 'before' | 'after'): Step {
  const after = which === 'after'
  return {
    title: {
      en: after
        ? `On this machine, in this folder: write it into ${kept.name} too, so that an upgrade keeps it`
        : `On this machine, in this folder: ${kept.name} as it was`,
    },
    explain: {
      en: after
        ? 'Where the ConfigMap was changed since this folder was written (by this patch too), kubectl says “The request is invalid” and changes nothing: write a new folder then.'
        : 'Where the ConfigMap was changed by somebody else since, kubectl says “The request is invalid” and changes nothing: take the change out by hand then (kubectl edit).',
    },
    commands: [`kubectl -n kube-system patch configmap ${kept.name} --type json --patch-file ${patchPath(kept, which)}`],
  }
}
