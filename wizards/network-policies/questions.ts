import * as z from 'zod'
import type { Conditions } from '#model/questions.ts'
import { labelKey, labelValue, namespaceName, orEmpty } from '../shared/names.ts'
import { problemOfCidr } from './cidr.ts'

const MODES = ['default-deny', 'allow-app', 'deny-other-namespaces', 'no-public-egress'] as const

const block = z.string().superRefine((value, context) => {
  const problem = problemOfCidr(value)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
})

const port = z.string().superRefine((value, context) => {
  if (parsePort(value) === undefined)
    context.addIssue({ code: 'custom', message: `${value}: write a port as 8080/TCP, with TCP, UDP or SCTP` })
})

/** `8080/TCP`, `53/udp`, `8080` (TCP). */
export function parsePort(text: string): { readonly port: number; readonly protocol: string } | undefined {
  const match = /^([1-9]\d{0,4})(?:\/(tcp|udp|sctp))?$/i.exec(text)
  const number = Number(match?.[1])
  if (match === null || number > 65_535) return undefined
  return { port: number, protocol: (match[2] ?? 'TCP').toUpperCase() }
}

export const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

export const questions = z.strictObject({
  mode: z.enum(MODES).default('default-deny'),
  inNamespaces: z.array(namespaceName).min(1, { error: 'name at least one namespace' }),
  direction: z.enum(['ingress', 'egress', 'both']).default('ingress'),
  dns: z.boolean().default(true),
  nodeLocalDns: z.boolean().default(false),
  allowApiServer: z.boolean().default(false),
  toLabelKey: orEmpty(labelKey),
  toLabelValue: orEmpty(labelValue),
  fromLabelKey: orEmpty(labelKey),
  fromLabelValue: orEmpty(labelValue),
  fromNamespace: orEmpty(namespaceName),
  ports: z.array(port).optional(),
  bothSides: z.boolean().default(false),
  ingressNamespace: orEmpty(namespaceName),
  privateRanges: z.array(block).min(1, { error: 'name at least one block' }).default(PRIVATE_RANGES),
})
export type NetworkAnswers = z.output<typeof questions>

const EGRESS = ['egress', 'both'] as const
const APP = { mode: ['allow-app'] } as const

export const when: Conditions = {
  direction: { mode: ['default-deny'] },
  dns: { mode: ['default-deny'], direction: EGRESS },
  allowApiServer: { mode: ['default-deny'], direction: EGRESS },
  toLabelKey: APP,
  toLabelValue: APP,
  fromLabelKey: APP,
  fromLabelValue: APP,
  fromNamespace: APP,
  ports: APP,
  bothSides: APP,
  ingressNamespace: { mode: ['deny-other-namespaces'] },
  privateRanges: { mode: ['no-public-egress'] },
}

export const texts = {
  mode: {
    label: { en: 'What it does' },
    help: {
      en: 'default-deny: nothing but what other policies allow. allow-app: lets one application reach another. deny-other-namespaces: only pods of the same namespace get in. no-public-egress: pods reach private addresses and DNS, not the internet nor the metadata address of the cloud.',
    },
  },
  inNamespaces: {
    label: { en: 'Namespaces' },
    help: { en: 'The policies are written into each of them and apply to all of its pods, those created later too.' },
  },
  direction: {
    label: { en: 'Direction' },
    help: {
      en: 'ingress: what comes in. egress: what goes out. Traffic between two pods must be allowed on both sides that have a policy.',
    },
  },
  dns: { label: { en: 'Keep DNS working' }, help: { en: 'No: pods can no longer look up names, and nearly every program stops.' } },
  nodeLocalDns: {
    label: { en: 'DNS cache on the nodes' },
    help: { en: 'Yes also allows 169.254.20.10, where pods ask when a NodeLocal DNS cache runs.' },
  },
  allowApiServer: {
    label: { en: 'Let pods reach the API server' },
    help: { en: 'Yes allows its service address and its nodes. Needed by controllers and whatever else uses a service account token.' },
  },
  toLabelKey: { label: { en: 'Label of the application that is reached' }, help: { en: 'The key, such as app.' } },
  toLabelValue: { label: { en: 'Its value' }, help: { en: 'Pods with this label accept connections from the other application.' } },
  fromLabelKey: {
    label: { en: 'Label of the application that connects' },
    help: { en: 'Left empty: all pods of the namespace named below.' },
  },
  fromLabelValue: { label: { en: 'Its value' }, help: { en: 'Only pods with this label may connect.' } },
  fromNamespace: { label: { en: 'Namespace it connects from' }, help: { en: 'Left empty: the same namespace.' } },
  ports: { label: { en: 'Ports' }, help: { en: 'Ports of the pods, not of the Service: 8080/TCP. Left empty: all ports.' } },
  bothSides: {
    label: { en: 'Let the connecting side out too' },
    help: {
      en: 'Needed where a policy limits what its pods may reach: a connection must be allowed on both sides. Where none does, such a policy would be the first and cut everything else they reach.',
    },
  },
  ingressNamespace: {
    label: { en: 'Namespace of the ingress controller' },
    help: { en: 'Its pods still get in, so that what is published stays reachable. Left empty: nobody from outside the namespace.' },
  },
  privateRanges: {
    label: { en: 'Private addresses' },
    help: { en: 'What pods may still reach: the addresses of pods, Services, nodes and of your own network.' },
  },
} as const
