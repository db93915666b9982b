import type { Used } from './uses.ts'

const DAY = 86_400_000
const WRITES = new Set(['create', 'update', 'patch'])

/** Needs that no event shows, as far as what was seen hints at them. */
export function hiddenNeeds(used: Used): readonly string[] {
  const uses = [...used.uses.values()]
  const wrote = (group: string, ...resources: string[]) =>
    uses.some((u) => WRITES.has(u.verb) && u.group === group && resources.includes(u.resource))
  const notes: string[] = []
  if (wrote('rbac.authorization.k8s.io', 'roles', 'clusterroles'))
    notes.push('It writes roles: the server lets it only write rights that it has itself, or needs escalate. Add what it hands out.')
  if (wrote('rbac.authorization.k8s.io', 'rolebindings', 'clusterrolebindings'))
    notes.push('It writes bindings: the server lets it only bind roles whose rights it has itself, or needs bind. Add bind on those roles.')
  if (wrote('certificates.k8s.io', 'certificatesigningrequests/approval'))
    notes.push('It approves certificates: it also needs approve on signers, named by the signer, which no event shows.')
  if (wrote('certificates.k8s.io', 'certificatesigningrequests/status'))
    notes.push('It signs certificates: it also needs sign on signers, named by the signer, which no event shows.')
  if (uses.some((u) => u.verb === 'create') && !uses.some((u) => u.resource.endsWith('/finalizers')))
    notes.push(
      'It creates objects: where OwnerReferencesPermissionEnforcement is on, blockOwnerDeletion takes update on OWNER/finalizers, which no event shows.',
    )
  if (used.groups.has('system:masters')) notes.push('It is in system:masters and passes before RBAC: no role narrows it.')
  return notes
}

/** What the length of the log leaves open. */
export function windowNote(from: string, to: string): string | undefined {
  const days = (Date.parse(to) - Date.parse(from)) / DAY
  if (!(days < 30)) return undefined
  const long = days >= 1 ? `${Math.floor(days)} days` : `${Math.max(1, Math.round(days * 24 * 60))} minutes`
  return `These logs cover ${long}. What happens rarely (upgrades, monthly jobs, a lost leader) is not in them; 30 days or more are better.`
}
