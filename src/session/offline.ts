import { NO_DOOR, nodeItem } from '#change/guard/item.ts'
import { previewGuide } from '#change/guidePreview.ts'
import { renderObject } from '#change/render.ts'
import type { Change, Impact, Preview, PreviewItem } from '#model/change.ts'
import type { Answers } from '#model/questions.ts'
import { refLabel, refOf } from '#model/refs.ts'
import type { State } from '#model/state.ts'
import type { Text } from '#model/text.ts'
import { byHand, type Wizard } from '#model/wizard.ts'
import { readLines } from './lines.ts'

export interface Plan {
  readonly wizard: string
  readonly changes: readonly Change[]
  readonly impacts: readonly Impact[]
  readonly reversible: true | Text
  readonly cluster: { readonly uid?: string; readonly name: string }
}

/** A preview where there is no server to ask: the objects as they would be sent, and what could not be looked up. */
export function offlinePreview(plan: Plan): Preview {
  const items = plan.changes.map(offlineItem)
  return { ...plan, items, ok: items.every((i) => i.kind === 'guide' || i.refused === undefined) }
}

/** What a folder holds where these answers would have guards change the nodes: the same, to be run by hand there. */
export function folderItems(wizard: Wizard, state: State, answers: Answers): Pick<Preview, 'inFolder'> {
  const hand = byHand(wizard, answers)
  return hand === undefined ? {} : { inFolder: wizard.plan(state, hand).map(offlineItem) }
}

/** A wizard's plan without a server: for `generate`, and for snapshots and folders. */
export async function offlinePlan(wizard: Wizard, state: State, answers: Answers): Promise<Preview> {
  const preview = offlinePreview({
    wizard: wizard.id,
    changes: wizard.plan(state, answers),
    impacts: [...wizard.impact(state, answers), ...(await wizard.measure(state, answers, readLines))],
    reversible: wizard.reversible,
    cluster: { name: state.cluster.name },
  })
  return { ...preview, ...folderItems(wizard, state, answers) }
}

function offlineItem(change: Change): PreviewItem {
  if (change.kind === 'guide') return previewGuide(change)
  if (change.kind === 'node') return { ...nodeItem(change), refused: NO_DOOR }
  if (change.kind === 'object') {
    const ref = refOf(change.object)
    return { kind: 'object', change, ref, action: 'create', yaml: '', after: change.object, fields: [], conflicts: [], warnings: [] }
  }
  const shared = { kind: 'object', change, fields: [], conflicts: [] } as const
  if (change.kind === 'apply') {
    const { object, text } = renderObject(change.template, change.values)
    return {
      ...shared,
      ref: refOf(object),
      action: 'create',
      yaml: text,
      after: object,
      warnings: ['not asked of a server: there is no live cluster'],
    }
  }
  const what = change.kind === 'edit' ? 'edited' : 'removed'
  return {
    ...shared,
    ref: change.ref,
    action: change.kind === 'edit' ? 'update' : 'delete',
    yaml: '',
    warnings: [],
    refused: {
      message: `${refLabel(change.ref)} would be ${what}, and that needs the live object.`,
      hint: 'Connect to the cluster to preview and apply this.',
    },
  }
}
