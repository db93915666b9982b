import type { Impact } from '#model/change.ts'
import type { Item } from '#model/kinds.ts'
import { isSystemNamespace, itemsOf, type State } from '#model/state.ts'
import { enforcementIn } from '#simulate/network/cni.ts'
import { isolating } from '#simulate/network/decide.ts'
import { directionsOf } from '#simulate/network/rules.ts'
import { worldOf } from '#simulate/network/world.ts'
import { selects } from '#simulate/selectors.ts'
import { given } from '../shared/names.ts'
import type { NetworkAnswers } from './questions.ts'
import { allowAllLines, allowAlls, ingressLines, otherNamespaceLines } from './reached.ts'
import { limitsEgress, talksToApi } from './seen.ts'

/** What the policies cut, by Service, and whether anything carries them out at all. */
export function impact(state: State, answers: NetworkAnswers): readonly Impact[] {
  const namespaces = [...new Set(answers.inNamespaces)]
  const incoming = answers.mode === 'deny-other-namespaces' || (answers.mode === 'default-deny' && answers.direction !== 'egress')
  return [
    ...enforced(state),
    ...namespaces.filter(isSystemNamespace).map(systemLine),
    ...(incoming ? namespaces.flatMap((n) => [...allowAllLines(state, n, 'Ingress'), ...cutServices(state, answers, n)]) : []),
    ...(limitsOutgoing(answers) ? namespaces.flatMap((n) => [...allowAllLines(state, n, 'Egress'), ...outgoing(state, answers, n)]) : []),
    ...(answers.mode === 'allow-app'
      ? namespaces.flatMap((n) => [...isolatesToo(state, answers, n), ...otherSide(state, answers, n)])
      : []),
  ]
}

function enforced(state: State): Impact[] {
  const { state: enforcement, by = '' } = enforcementIn(itemsOf(state, 'daemonSets'))
  switch (enforcement) {
    case 'enforced':
      return []
    case 'inert':
      return [
        {
          level: 'danger',
          text: {
            en: 'The network of this cluster ({by}) does not carry out network policies: they are stored and nothing is blocked.',
          },
          params: { by },
        },
      ]
    case 'unknown':
      return [
        {
          level: 'warn',
          text: {
            en: 'It could not be seen whether the network of this cluster carries out network policies. Try a connection that must fail.',
          },
        },
      ]
  }
}

function systemLine(namespace: string): Impact {
  return {
    level: 'danger',
    text: { en: '{namespace} holds what the cluster runs on, such as DNS: what is cut there is cut for everybody.' },
    params: { namespace },
  }
}

function limitsOutgoing({ mode, direction }: NetworkAnswers): boolean {
  return mode === 'no-public-egress' || (mode === 'default-deny' && direction !== 'ingress')
}

/** Services whose pods nothing lets in yet: after this nobody reaches them from where it matters. */
function cutServices(state: State, answers: NetworkAnswers, namespace: string): Impact[] {
  const world = worldOf(itemsOf(state, 'networkPolicies'))
  if (allowAlls(state, namespace, 'Ingress').length > 0) return []
  const controllerAllowed = answers.mode === 'deny-other-namespaces' && given(answers.ingressNamespace) !== undefined
  return itemsOf(state, 'services')
    .filter((s) => s.metadata.namespace === namespace && Object.keys(s.spec.selector).length > 0)
    .flatMap((service): Impact[] => {
      const end = { kind: 'pod', namespace, name: '', labels: service.spec.selector, named: [] } as const
      const allowed = isolating(world, end, 'Ingress').some((p) => (p.rules.get('Ingress') ?? []).length > 0)
      if (allowed) return []
      const params = { namespace, service: service.metadata.name, ports: portsOf(service) }
      const known = [...(controllerAllowed ? [] : ingressLines(state, service)), ...otherNamespaceLines(state, service)]
      // Of pods that are there the simulator of flows says it, in the preview.
      if (answers.mode === 'default-deny' && hasPods(state, service)) return known
      if (answers.mode === 'default-deny')
        return [
          { level: 'warn', text: { en: '{namespace}/{service}: {ports} is reached by nobody until a policy allows it.' }, params },
          ...known,
        ]
      const published = service.spec.type === 'LoadBalancer' || service.spec.type === 'NodePort'
      const text = published
        ? '{namespace}/{service}: {ports} is published outside the cluster and is no longer reached from there.'
        : '{namespace}/{service}: {ports} is no longer reached from other namespaces.'
      return [{ level: published ? 'danger' : 'warn', text: { en: text }, params }, ...known]
    })
}

function hasPods(state: State, { metadata, spec }: Item<'services'>): boolean {
  const selector = { matchLabels: spec.selector, matchExpressions: [] }
  return itemsOf(state, 'pods').some((pod) => pod.metadata.namespace === metadata.namespace && selects(selector, pod.metadata.labels))
}

function portsOf(service: Item<'services'>): string {
  const ports = service.spec.ports.map((p) => `${p.port}/${p.protocol ?? 'TCP'}`)
  return ports.length === 0 ? 'every port' : `port ${ports.join(', ')}`
}

function outgoing(state: State, answers: NetworkAnswers, namespace: string): Impact[] {
  if (allowAlls(state, namespace, 'Egress').length > 0) return []
  if (answers.mode === 'no-public-egress')
    return [
      {
        level: 'warn',
        text: { en: '{namespace}: pods no longer reach the internet: no outside APIs, no downloads.' },
        params: { namespace },
      },
    ]
  const lines: Impact[] = [
    { level: 'warn', text: { en: '{namespace}: pods reach nothing but what policies allow, not even each other.' }, params: { namespace } },
  ]
  if (!answers.dns) lines.push({ level: 'danger', text: { en: '{namespace}: pods can no longer look up names.' }, params: { namespace } })
  const accounts = talksToApi(state, namespace)
  if (!answers.allowApiServer && accounts.length > 0)
    lines.push({
      level: 'danger',
      text: { en: '{namespace}: pods of the service accounts {accounts} hold rights on the API server and can no longer reach it.' },
      params: { namespace, accounts: accounts.join(', ') },
    })
  return lines
}

/** An allow rule also isolates: the first policy that selects a pod cuts everything it does not name. */
function isolatesToo(state: State, answers: NetworkAnswers, namespace: string): Impact[] {
  const key = given(answers.toLabelKey)
  if (key === undefined) return []
  const labels = { [key]: answers.toLabelValue ?? '' }
  const already = itemsOf(state, 'networkPolicies').some(
    (p) => p.metadata.namespace === namespace && selects(p.spec.podSelector, labels) && directionsOf(p).includes('Ingress'),
  )
  if (already) return []
  return [
    {
      level: 'warn',
      text: { en: '{namespace}: pods with {label} had no policy for incoming traffic; from now on only what this one names reaches them.' },
      params: { namespace, label: `${key}=${answers.toLabelValue ?? ''}` },
    },
  ]
}

/** A connection must be allowed where it begins too, as soon as a policy limits what goes out there. */
function otherSide(state: State, answers: NetworkAnswers, namespace: string): Impact[] {
  const source = given(answers.fromNamespace) ?? namespace
  const limited = limitsEgress(state, source)
  if (limited === answers.bothSides) return []
  const text = limited
    ? '{source}: policies limit what its pods may reach; unless one of them allows it, this connection stays closed. Answer bothSides with yes to allow it there too.'
    : '{source}: nothing limited what the connecting pods may reach; from now on they reach only what this names, not even DNS.'
  return [{ level: 'danger', text: { en: text }, params: { source } }]
}
