import { HardenError } from '#model/errors.ts'
import type { PairAnswer, Verdict } from '#model/network.ts'
import type { State } from '#model/state.ts'
import type { NetworkEnforcement } from '#simulate/network/cni.ts'
import { connect } from '#simulate/network/decide.ts'
import { nameOf, type Port } from '#simulate/network/endpoints.ts'
import { modelOf } from '#simulate/network/fromState.ts'
import { type MatrixSummary, matrixOf } from '#simulate/network/matrix.ts'
import { destinations, readProtocol, sources } from '#simulate/network/resolve.ts'

export { NETWORK_READS } from '#simulate/network/fromState.ts'

/** Whether a connection is let through, and by what. */
export interface ConnectAnswer {
  readonly from: string
  readonly to: string
  readonly verdict: Verdict
  readonly enforcement: NetworkEnforcement
  /** One for each pair of pods that is meant. */
  readonly pairs: readonly PairAnswer[]
}

/**
 * May SRC connect to DST:PORT/PROTOCOL? Where several pods are meant (a Service, a Deployment), one that is denied makes it
 * denied, and one that is unknown makes it unknown. Throws HardenError `input` where something named is not there.
 */
export function canConnect(state: State, from: string, to: string, namespace = 'default'): ConnectAnswer {
  const model = modelOf(state)
  const ends = sources(model, state, from, namespace)
  const targets = destinations(model, state, to, namespace)
  const pairs = ends.flatMap((end) => targets.map((target) => connect(model.world, end, target.to, target.port)))
  return { from, to, verdict: worst(pairs.map((p) => p.verdict)), enforcement: model.enforcement, pairs }
}

function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('denied')) return 'denied'
  return verdicts.includes('unknown') ? 'unknown' : 'allowed'
}

/** `80`, `80/TCP`. */
export function portOf(text: string): Port {
  const [number = '', protocol = 'TCP', ...rest] = text.split('/')
  if (!/^\d+$/.test(number) || Number(number) < 1 || Number(number) > 65_535 || rest.length > 0)
    throw new HardenError('usage', `${text} is no port.`, 'Give a number and a protocol, such as 80/TCP.')
  return { port: Number(number), protocol: readProtocol(protocol) }
}

/** Who reaches whom on one port; pods in the order of their names. */
export interface MatrixAnswer {
  readonly port: string
  readonly enforcement: NetworkEnforcement
  readonly pods: readonly string[]
  readonly verdict: (from: number, to: number) => Verdict
  readonly summary: MatrixSummary
}

/** Without a port: whether there is any on which it is let through. */
export function connectionMatrix(state: State, port: Port | undefined): MatrixAnswer {
  const model = modelOf(state)
  const ends = model.ends.map((end) => ({ end, name: nameOf(end) })).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const matrix = matrixOf(
    model.world,
    ends.map((e) => e.end),
    port,
  )
  return {
    port: port === undefined ? 'any' : `${port.port}/${port.protocol}`,
    enforcement: model.enforcement,
    pods: ends.map((e) => e.name),
    verdict: matrix.verdict,
    summary: matrix.summary(),
  }
}
