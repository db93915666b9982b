import type { Item } from '#model/kinds.ts'
import type { TokenSecret } from './world.ts'

const TYPE = 'kubernetes.io/service-account-token'

/**
 * The Secrets that hold a token, and whose. That is in an annotation, which is never read (it comes with the values): the
 * account's own list of Secrets tells for old ones, the name for most others (`ci-token`, `ci-token-x7k2p`, `ci`).
 */
export function tokenSecrets(
  secrets: readonly Item<'secrets'>[],
  accounts: readonly Item<'serviceAccounts'>[],
  there: ReadonlyMap<string, ReadonlySet<string>>,
): readonly TokenSecret[] {
  const listed = new Map(accounts.flatMap((a) => a.secrets.map((s) => [`${a.metadata.namespace}/${s.name}`, a.metadata.name] as const)))
  return secrets.flatMap((secret): readonly TokenSecret[] => {
    const { namespace = 'default', name } = secret.metadata
    if (secret.type !== TYPE) return []
    const account = listed.get(`${namespace}/${name}`)
    if (account !== undefined) return [{ namespace, name, account, guessed: false }]
    const all = [...(there.get(namespace) ?? [])]
    const likely = all.filter((a) => name === a || name.startsWith(`${a}-`)).toSorted((a, b) => b.length - a.length)
    // A name that tells nothing may be any account's of the namespace.
    return (likely.length > 0 ? likely.slice(0, 1) : all).map((one) => ({ namespace, name, account: one, guessed: true }))
  })
}
