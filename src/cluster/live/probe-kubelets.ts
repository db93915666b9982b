import * as z from 'zod'
import { type Item, KINDS, rightToRead } from '#model/kinds.ts'
import type { Gap } from '#model/right.ts'
import type { Collected } from '#model/state.ts'
import { ApiError } from './api-error.ts'
import { resourcePath } from './discovery.ts'
import { readFlagz } from './flagz.ts'
import { gapFor, Malformed } from './gaps.ts'
import type { Listed } from './listed.ts'
import type { Rest } from './rest.ts'

type Kubelet = Item<'kubelets'>

/** How many kubelets are asked at the same time; two small requests each. */
const IN_FLIGHT = 8
/** A node that is gone is noticed by its own silence: the API server would wait half a minute for it. */
const TIMEOUT_MS = 10_000

/** Flags that no configuration file can set. The others show their defaults in /flagz, whatever the file says. */
const FLAGS_ONLY = ['hostname-override', 'node-ip', 'config', 'config-dir', 'kubeconfig', 'bootstrap-kubeconfig', 'cert-dir', 'root-dir']

const configz = z.object({ kubeletconfig: z.unknown() })

/**
 * The configuration in force of each node's kubelet, through the API server's proxy. A node that does not answer is a gap of
 * this node; where none may be asked, one gap for all.
 */
export async function probeKubelets(rest: Rest, nodes: () => Promise<Listed>, signal?: AbortSignal): Promise<Collected<Kubelet>> {
  const listed = await nodes().catch((error: unknown) => gapFor('kubelets', error, undefined, rightToRead('nodes')))
  if ('reason' in listed) return { items: [], gaps: [{ ...listed, detail: `The nodes could not be listed: ${listed.detail}` }] }
  const names = listed.items.map(({ metadata }) => metadata.name)
  const answers = new Map<string, Kubelet | Gap>()
  const queue = names.values()
  const worker = async () => {
    for (const name of queue) answers.set(name, await askOne(rest, name, signal))
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  const all = names.flatMap((name) => answers.get(name) ?? [])
  const items = all.flatMap((one) => ('reason' in one ? [] : [one]))
  const gaps = all.flatMap((one) => ('reason' in one ? [one] : []))
  return { items, gaps: [...asOne(gaps, items.length), ...listed.gaps.map((gap) => ({ ...gap, kind: 'kubelets' }))] }
}

/** The same refusal on every node is one missing right, not a hundred. */
function asOne(gaps: readonly Gap[], answered: number): readonly Gap[] {
  const [first] = gaps
  if (first === undefined || answered > 0 || !gaps.every(({ reason, needs }) => reason === 'forbidden' && needs !== undefined)) return gaps
  const { name: _, ...rest } = first
  return [{ ...rest, needs: rightToRead('kubelets') }]
}

async function askOne(rest: Rest, name: string, signal?: AbortSignal): Promise<Kubelet | Gap> {
  const proxy = `${resourcePath('v1', 'nodes', undefined, name)}/proxy`
  const options = { signal, timeoutMs: TIMEOUT_MS }
  try {
    const { data } = await rest.call('GET', `${proxy}/configz`, { ...options, retries: 0 })
    const found = configz.safeParse(data)
    const parsed = KINDS.kubelets.schema.safeParse({ metadata: { name }, config: found.data?.kubeletconfig })
    if (!parsed.success) throw new Malformed(`What node ${name} answered to /configz is not a KubeletConfiguration.`)
    const flagz = await readFlagz(rest, `${proxy}/flagz`, options)
    if (flagz.state !== 'served') return parsed.data
    return { ...parsed.data, flags: Object.fromEntries(Object.entries(flagz.flags).filter(([flag]) => FLAGS_ONLY.includes(flag))) }
  } catch (error) {
    return { ...gapOf(name, error), kind: 'kubelets', name }
  }
}

function gapOf(name: string, error: unknown): Gap {
  const kind = 'kubelets'
  // The API server's own refusal is a Status about nodes/proxy; a 401, or a 403 in plain text, is the kubelet's answer to the API server.
  if (error instanceof ApiError && (error.code === 401 || (error.code === 403 && error.reason !== 'Forbidden')))
    return { kind, reason: 'not-visible', detail: `The kubelet of ${name} refused the API server (${error.code}).` }
  if (error instanceof ApiError && error.code === 404)
    return { kind, reason: 'not-visible', detail: `The kubelet of ${name} does not serve /configz.` }
  const needs = { verb: 'get', group: '', resource: 'nodes/proxy', name }
  const gap = gapFor(kind, error, undefined, needs)
  return gap.reason === 'forbidden' ? gap : { ...gap, detail: `The kubelet of ${name} did not answer: ${gap.detail}` }
}
