import { safe } from '#model/text.ts'
import { gapSentence } from '#report/words.ts'
import type { Places, ReachAnswer } from '#session/rbacReach.ts'
import { canRulesJson, subjectWords } from './rbacCanText.ts'
import { headline, stepJson, stepLines } from './rbacPathsText.ts'

/** More than these nobody reads. */
const MOST = 20

/** What a credential reaches, for people: the short of it, then each identity it can become with its steps. */
export function reachText({
  subject,
  groups,
  credential,
  rights,
  secrets,
  workloads,
  identities,
  admin,
  revoke,
  gaps,
}: ReachAnswer): string {
  const lines = [
    subjectWords(subject),
    ...(groups.length === 0 ? [] : [`  in groups ${groups.map(safe).join(', ')}`]),
    ...(credential === undefined ? [] : credentialLines(credential)),
    `  rights: ${rights.clusterWide.length} cluster-wide, ${rights.namespaces.reduce((n, ns) => n + ns.rules.length, 0)} in namespaces (kubeharden rbac can lists them)`,
    `  reads Secrets: ${placeWords(secrets)}`,
    `  makes or changes workloads: ${placeWords(workloads)}`,
    admin === undefined ? '  is not known to reach cluster-admin.' : `  ${headline(admin)}${admin.length === 0 ? '' : ':'}`,
    ...stepLines(admin ?? []),
    ...(identities.length === 0 ? [] : [`Can become ${identities.length} ${identities.length === 1 ? 'other' : 'others'}:`]),
    ...identities
      .slice(0, MOST)
      .flatMap(({ subject: other, steps }) => [`  ${subjectWords(other)}`, ...stepLines(steps).map((line) => `  ${line}`)]),
    ...(identities.length > MOST ? [`  and ${identities.length - MOST} more (-o json has all of them)`] : []),
    'What takes it away:',
    ...revoke.map((line) => `  - ${safe(line)}`),
    ...gaps.map((gap) => `Could not be seen, there may be more: ${gapSentence(gap)}`),
  ]
  return `${lines.join('\n')}\n`
}

function credentialLines(credential: NonNullable<ReachAnswer['credential']>): readonly string[] {
  const until = credential.expires === undefined ? 'never ends by itself' : `ends ${safe(credential.expires)}`
  if (credential.kind === 'certificate') return [`  certificate from ${safe(credential.from)}, ${until}`]
  const issuer = credential.issuer === undefined ? '' : `, issued by ${safe(credential.issuer)}`
  if (credential.kind === 'other-token')
    return [`  token${issuer}${credential.says === undefined ? '' : ` for ${safe(credential.says)}`}, ${until}`]
  const bound = credential.bound === undefined ? '' : `, bound to ${credential.bound.kind} ${safe(credential.bound.name)}`
  return [`  service account token${bound}, ${until}${issuer}; its signature was not checked`]
}

function placeWords({ everywhere, namespaces, named }: Places): string {
  const where = everywhere ? ['in all namespaces'] : namespaces.length > 0 ? [`in ${namespaces.map(safe).join(', ')}`] : []
  const only = everywhere || named.length === 0 ? [] : [`by name ${named.map(safe).join(', ')}`]
  return [...where, ...only].join('; ') || 'nowhere'
}

/** The answer as JSON: rules as in a manifest. */
export function reachJson({ rights, identities, admin, ...answer }: ReachAnswer): unknown {
  return {
    ...answer,
    rights: canRulesJson(rights),
    identities: identities.map(({ subject, steps }) => ({ subject, steps: steps.map(stepJson) })),
    reachesClusterAdmin: admin !== undefined,
    ...(admin === undefined ? {} : { admin: admin.map(stepJson) }),
  }
}
