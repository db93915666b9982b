import * as z from 'zod'
import { HardenError } from '#model/errors.ts'
import type { State } from '#model/state.ts'
import type { Endpoint } from '#simulate/network/endpoints.ts'
import { cross, type Flow } from '#simulate/network/flows.ts'
import type { NetworkModel } from '#simulate/network/fromState.ts'
import { destinations, sources } from '#simulate/network/resolve.ts'
import type { Target } from '#simulate/network/services.ts'

/** Who connected to whom, as a list says it; names that may mean an end, best first. */
interface Line {
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly port: string
  readonly protocol: string
}

/** Flows of an imported list, each once, and the lines whose ends are not there any more. */
export interface ImportedFlows {
  readonly flows: readonly Flow[]
  readonly unmatched: readonly string[]
}

/** Reads Hubble's JSON lines or CSV (src,dst,port,proto; a header is allowed). Throws HardenError `input` naming the line. */
export function importFlows(model: NetworkModel, state: State, text: string, name: string): ImportedFlows {
  const flows = new Map<string, Flow>()
  const unmatched = new Set<string>()
  let columns: readonly string[] = ['src', 'dst', 'port', 'proto']
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = raw.trim()
    if (content === '' || content.startsWith('#')) continue
    const isJson = content.startsWith('{')
    if (!isJson && /^"?(?:src|source)"?\s*,/i.test(content)) {
      columns = cells(content).map((c) => HEADERS[c.toLowerCase()] ?? c.toLowerCase())
      continue
    }
    const line = isJson ? hubble(content) : csv(content, columns)
    if (line === 'not a flow') continue
    if (line === undefined)
      throw new HardenError(
        'input',
        `${name}:${index + 1}: no flow can be read from this line.`,
        'Give JSON lines of hubble observe -o jsonpb, or CSV: src,dst,port,proto with ends as namespace/pod, namespace/service or an address.',
      )
    const key = `${line.from[0]} ${line.to[0]}:${line.port}/${line.protocol}`
    if (flows.has(key) || unmatched.has(key)) continue
    const ends = firstOf(line.from, (end) => sources(model, state, end, 'default'))
    const targets = firstOf(line.to, (end) => destinations(model, state, `${bracketed(end)}:${line.port}/${line.protocol}`, 'default'))
    if (ends === undefined || targets === undefined) unmatched.add(key)
    else flows.set(key, flowOf(line, ends, targets))
  }
  return { flows: [...flows.values()], unmatched: [...unmatched] }
}

function flowOf(line: Line, ends: readonly Endpoint[], targets: readonly Target[]): Flow {
  return {
    reason: 'imported',
    from: line.from[0] ?? '',
    to: line.to[0] ?? '',
    pairs: () => cross(ends, targets),
    needs: 'all',
  }
}

/** The first of these names that means something; a pod of a list may have been replaced by another of its workload. */
function firstOf<T>(names: readonly string[], find: (name: string) => readonly T[]): readonly T[] | undefined {
  for (const name of names) {
    try {
      return find(name)
    } catch (error) {
      if (!(error instanceof HardenError)) throw error
    }
  }
  return undefined
}

const bracketed = (end: string) => (end.includes(':') ? `[${end}]` : end)

const HEADERS: Readonly<Record<string, string>> = { source: 'src', destination: 'dst', dport: 'port', protocol: 'proto' }

function cells(line: string): string[] {
  return line.split(',').map((c) => c.trim().replace(/^"(.*)"$/, '$1'))
}

function csv(line: string, columns: readonly string[]): Line | undefined {
  const values = cells(line)
  const of = (column: string) => values[columns.indexOf(column)] ?? ''
  const [from, to, port, protocol] = [of('src'), of('dst'), of('port'), of('proto') || 'TCP']
  if (from === '' || to === '' || port === '' || !/^(?:tcp|udp|sctp)$/i.test(protocol)) return undefined
  return { from: [from], to: [to], port, protocol: protocol.toUpperCase() }
}

const end = z
  .looseObject({
    namespace: z.string().optional(),
    pod_name: z.string().optional(),
    workloads: z.array(z.looseObject({ name: z.string(), kind: z.string() })).optional(),
  })
  .default({})
const l4 = z.looseObject({ destination_port: z.number().optional() })
const hubbleFlow = z.looseObject({
  verdict: z.string().optional(),
  is_reply: z.boolean().nullish(),
  IP: z.looseObject({ source: z.string(), destination: z.string() }),
  l4: z.looseObject({ TCP: l4.optional(), UDP: l4.optional(), SCTP: l4.optional() }).optional(),
  source: end,
  destination: end,
})

/** A line of `hubble observe`; answers, and what was dropped anyway, are no flows that should exist. */
function hubble(line: string): Line | 'not a flow' | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (!('flow' in value) && !('IP' in value)) return 'node_status' in value || 'lost_events' in value ? 'not a flow' : undefined
  const read = hubbleFlow.safeParse('flow' in value ? value.flow : value)
  if (!read.success) return undefined
  const flow = read.data
  if (flow.is_reply === true || (flow.verdict !== undefined && flow.verdict !== 'FORWARDED')) return 'not a flow'
  const protocol = (['TCP', 'UDP', 'SCTP'] as const).find((p) => flow.l4?.[p]?.destination_port !== undefined)
  const port = protocol === undefined ? undefined : flow.l4?.[protocol]?.destination_port
  if (protocol === undefined || port === undefined) return 'not a flow'
  return { from: namesOf(flow.source, flow.IP.source), to: namesOf(flow.destination, flow.IP.destination), port: String(port), protocol }
}

function namesOf({ namespace, pod_name: pod, workloads = [] }: z.infer<typeof end>, ip: string): string[] {
  if (namespace === undefined || namespace === '' || pod === undefined || pod === '') return [ip]
  return [`${namespace}/${pod}`, ...workloads.map((w) => `${namespace}/${w.kind.toLowerCase()}/${w.name}`)]
}
