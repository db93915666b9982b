import { handled } from '#model/rewrite.ts'
import { safe } from '#model/text.ts'
import type { Standing } from '#session/encryption.ts'
import type { RewriteOutcome, RewritePlan } from '#session/rewrite.ts'

/** Where encryption at rest stands, line by line. */
export function encryptionLines(standing: Standing): string[] {
  const { announced, file, between, rewrite, proof, resources } = standing
  return [
    `API servers seen: ${announced.seen} of ${announced.expected}`,
    ...inUse(standing),
    ...(file === undefined
      ? []
      : [`  writes with ${safe(file.order[0] ?? '')}, reads ${safe(file.order.join(', '))}; ${safe(resources.join(', '))}`]),
    ...(file === undefined || file.now === 'same'
      ? []
      : [`  ! its file ${safe(file.path)} is ${file.now}: without it nothing can go on from here`]),
    ...between.map((f) => `  some use ${safe(f.path)} (${safe(f.order.join(', '))})`),
    ...rewriteLines(rewrite),
    proof === undefined
      ? 'Proof: none that everything is stored with the configuration in use.'
      : `Proof: ${proof.objects} objects looked at on ${proof.at}, all stored with the configuration in use.`,
    `Next: ${nextWords(standing)}`,
  ]
}

function inUse({ announced: { hash, hashes }, file }: Standing): string[] {
  if (hash !== undefined) return [`All use ${hash}${file === undefined ? '' : `: ${safe(file.path)}`}`]
  if (hashes.length === 0) return ['None announces an encryption configuration.']
  return ['They do not use the same encryption configuration yet:', ...hashes.map((h) => `  ${h}`)]
}

function rewriteLines(rewrite: Standing['rewrite']): string[] {
  if (rewrite === undefined) return []
  const { rewritten, current, gone, failed } = rewrite.counts
  const counts = `${rewritten} stored again, ${current} as they should be already, ${gone} gone meanwhile, ${failed} failed`
  const state = rewrite.endedAt === undefined ? `stopped at ${handled(rewrite.counts)} of ${rewrite.total}` : `ended ${rewrite.endedAt}`
  return [`Rewrite: ${state}: ${counts}`]
}

const NEXT: { readonly [D in NonNullable<Standing['next']>['do']]: string } = {
  learn: 'every API server learns to read what the new provider writes: kubeharden apply encryption-config',
  promote: 'the new provider writes from now on: kubeharden apply encryption-config',
  rewrite: 'everything is stored again and proven: kubeharden encryption rewrite',
  drop: 'save a snapshot of etcd, then what nothing is stored with any more goes away: kubeharden apply encryption-config',
  'flags-away': 'the flags of the encryption go away: kubeharden apply encryption-config',
  done: 'nothing; a new key begins with kubeharden apply encryption-config --situation rotation',
  'by-hand': 'this configuration has more providers than kubeharden puts there; finish it by hand',
}

function nextWords({ announced: { hash, hashes }, next, between }: Standing): string {
  if (next !== undefined) return NEXT[next.do]
  if (hash === undefined && between.length > 0) return 'the same file on the other control-plane nodes: kubeharden apply encryption-config'
  if (hash !== undefined) return 'it was not set up from here; kubeharden apply encryption-config --situation rotation takes it over'
  return hashes.length > 0 ? 'make the API servers alike' : 'kubeharden apply encryption-config'
}

/** What a rewrite will touch, before it is agreed to. */
export function rewritePlanLines({ resources, total, hash, goesOn }: RewritePlan, perSecond: number): string[] {
  return [
    ...resources.map((r) => `  ${safe(r.resource).padEnd(30)} ${r.objects} objects`),
    `${total} objects are stored again as ${hash} says, ${perSecond} a second at most (about ${Math.ceil(total / perSecond)} s), then looked at once more.`,
    'No object leaves the API server: names are listed, and an empty patch is answered without the object.',
    'Each resourceVersion moves once, watchers see each object as modified, and controllers may look at it again.',
    'There is nothing to undo: the objects hold what they held.',
    ...(goesOn === undefined ? [] : [`Goes on where it stopped: ${handled(goesOn.counts)} of ${goesOn.total} are done.`]),
  ]
}

export function rewriteOutcomeLines({ memory, failures, proof, run }: RewriteOutcome): string[] {
  return [
    ...rewriteLines(memory),
    ...failures.slice(0, 20).map((f) => `  NOT ${safe(f.resource)} ${safe(f.namespace)}/${safe(f.name)}: ${safe(f.message)}`),
    ...(failures.length > 20 ? [`  … and ${failures.length - 20} more`] : []),
    ...(proof === undefined
      ? []
      : [
          `Proven: ${proof.objects} objects asked for once more; ${proof.changed === 0 ? 'none had' : `${proof.changed} were changed meanwhile, none else had`} to be stored again.`,
          'Older revisions stay in etcd until compaction, and older snapshots hold what was stored before.',
        ]),
    `Journal entry ${run.id}.`,
  ]
}
