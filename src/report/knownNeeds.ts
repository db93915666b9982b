import { KNOWN_NEEDS } from '#model/knownNeeds/index.ts'

/** What system components are known to need, as a page of docs/checks. */
export function knownNeedsPage(): string {
  const lines = [
    '# Known needs of system components',
    '',
    'Parts of the cluster itself cannot work, or are not shipped, the way some checks want them. Where a finding is exactly what is listed',
    'here it is shown as ACCEPTED with its reason, not as a fail; it counts neither for nor against the score. What is not listed fails, in',
    'kube-system too: another image, a container that was injected, another path of the node. A page of docs/decisions says why it is done like this.',
  ]
  for (const { id, since, namespaces, kind, name, images, needs } of KNOWN_NEEDS) {
    const who = `${kind} named \`${name.source}\` in ${namespaces.join(' or ')}, images ending in ${images.map((i) => `\`${i}\``).join(', ')}; since kubeharden ${since}.`
    lines.push('', `## ${id}`, '', who, '')
    for (const { checks, why, only } of needs)
      lines.push(`- ${checks.join(', ')}: ${why}${only === undefined ? '' : ` Only: ${only.map((o) => `\`${o}\``).join(', ')}.`}`)
  }
  return `${lines.join('\n')}\n`
}
