import type { Change } from '#model/change.ts'
import type { Json } from '#model/refs.ts'
import type { State } from '#model/state.ts'
import { inCidr } from '#simulate/network/cidr.ts'
import { input, requireNamespaces } from '../shared/cluster.ts'
import { given, slug } from '../shared/names.ts'
import { METADATA, single } from './cidr.ts'
import { type NetworkAnswers, parsePort } from './questions.ts'
import { apiServerBlocks } from './seen.ts'

/** The policies of the chosen mode in each namespace. @throws HardenError `input` */
export function plan(state: State, answers: NetworkAnswers): readonly Change[] {
  const namespaces = [...new Set(answers.inNamespaces)]
  requireNamespaces(state, 'inNamespaces', namespaces)
  return namespaces.flatMap((namespace) => inNamespace(state, answers, namespace))
}

function inNamespace(state: State, answers: NetworkAnswers, namespace: string): Change[] {
  switch (answers.mode) {
    case 'default-deny':
      return defaultDeny(state, answers, namespace)
    case 'allow-app':
      return allowApp(state, answers, namespace)
    case 'deny-other-namespaces':
      return denyOthers(state, answers, namespace)
    case 'no-public-egress':
      // DNS first: it lies outside the private ranges on some clusters, and nothing is cut in between.
      return [...allowDns(answers, namespace), noPublicEgress(answers, namespace)]
  }
}

/** What stays allowed comes first, so that it is never cut in between. One policy for each direction: either can be taken back alone. */
function defaultDeny(state: State, answers: NetworkAnswers, namespace: string): Change[] {
  const egress = answers.direction !== 'ingress'
  const apply = (template: string): Change => ({ kind: 'apply', template: `network-policies/${template}`, values: { namespace } })
  return [
    ...(egress && answers.dns ? allowDns(answers, namespace) : []),
    ...(egress && answers.allowApiServer ? [allowApiServer(state, namespace)] : []),
    ...(answers.direction === 'egress' ? [] : [apply('default-deny-ingress')]),
    ...(egress ? [apply('default-deny-egress')] : []),
  ]
}

function allowDns(answers: NetworkAnswers, namespace: string): Change[] {
  const dns: Change = { kind: 'apply', template: 'network-policies/allow-dns', values: { namespace } }
  const local: Change = { kind: 'apply', template: 'network-policies/allow-node-local-dns', values: { namespace } }
  return answers.nodeLocalDns ? [dns, local] : [dns]
}

function allowApiServer(state: State, namespace: string): Change {
  const blocks = apiServerBlocks(state)
  if (blocks === undefined)
    throw input(
      'allowApiServer: the addresses of the API server could not be seen.',
      'Answer no, and allow them by a policy of your own; or read with rights to list Services and nodes.',
    )
  return {
    kind: 'apply',
    template: 'network-policies/allow-api-server',
    values: { namespace, service: blocks.service, endpoints: blocks.endpoints.map((cidr) => ({ ipBlock: { cidr } })) },
  }
}

function allowApp(state: State, answers: NetworkAnswers, namespace: string): Change[] {
  const to = label('toLabel', answers.toLabelKey, answers.toLabelValue)
  const from = label('fromLabel', answers.fromLabelKey, answers.fromLabelValue)
  const fromNamespace = given(answers.fromNamespace)
  if (to === undefined) throw input('toLabelKey: which application is reached?', 'Give a label of its pods, such as app and its value.')
  if (fromNamespace !== undefined) requireNamespaces(state, 'fromNamespace', [fromNamespace])
  const ports = (answers.ports ?? []).flatMap((p): Json[] => {
    const parsed = parsePort(p)
    return parsed === undefined ? [] : [{ port: parsed.port, protocol: parsed.protocol }]
  })
  const connects = from === undefined ? 'all' : Object.values(from)[0]
  const name = ['allow', fromNamespace ?? '', connects ?? '', 'to', Object.values(to)[0] ?? '']
    .filter((part) => part !== '')
    .map(slug)
    .join('-')
  const [source, target] = [from === undefined ? {} : { matchLabels: from }, ports.length === 0 ? undefined : ports]
  const other = fromNamespace !== undefined && fromNamespace !== namespace
  const values = { name, to, from: source, ports: target }
  const reached: Change = {
    kind: 'apply',
    template: 'network-policies/allow-app',
    values: { ...values, namespace, namespaceSelector: fromNamespace === undefined ? undefined : namespaceNamed(fromNamespace) },
  }
  if (!answers.bothSides) return [reached]
  const connecting: Change = {
    kind: 'apply',
    template: 'network-policies/allow-app-egress',
    values: {
      ...values,
      // Two policies of one namespace need two names.
      name: `${name}-out`,
      namespace: fromNamespace ?? namespace,
      namespaceSelector: other ? namespaceNamed(namespace) : undefined,
    },
  }
  return [connecting, reached]
}

function namespaceNamed(name: string): Json {
  return { matchLabels: { 'kubernetes.io/metadata.name': name } }
}

function label(field: string, key: string | undefined, value: string | undefined): Record<string, string> | undefined {
  const name = given(key)
  if (name === undefined) {
    if (given(value) === undefined) return undefined
    throw input(`${field}Key: a value without a label key.`, 'Give the key too, such as app.')
  }
  return { [name]: value ?? '' }
}

function denyOthers(state: State, answers: NetworkAnswers, namespace: string): Change[] {
  const controller = given(answers.ingressNamespace)
  if (controller !== undefined) requireNamespaces(state, 'ingressNamespace', [controller])
  const published: Change[] =
    controller === undefined || controller === namespace
      ? []
      : [{ kind: 'apply', template: 'network-policies/allow-ingress-controller', values: { namespace, controller } }]
  return [...published, { kind: 'apply', template: 'network-policies/allow-same-namespace', values: { namespace } }]
}

function noPublicEgress(answers: NetworkAnswers, namespace: string): Change {
  const to = [...new Set(answers.privateRanges)].map((cidr): Json => {
    if (!inCidr(cidr, METADATA)) return { ipBlock: { cidr } }
    if (cidr === single(METADATA))
      throw input(`privateRanges: ${cidr} is the metadata address of the cloud.`, 'Leave it out: it gives out credentials of the node.')
    return { ipBlock: { cidr, except: [single(METADATA)] } }
  })
  return { kind: 'apply', template: 'network-policies/no-public-egress', values: { namespace, to } }
}
