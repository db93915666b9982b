import { ceilDiv, printQuantity, type Quantity, zero } from '../quantity.ts'
import type { Needs } from './pod.ts'
import type { Resources } from './resources.ts'

/** The most whose thousandths the API server still counts; beyond, it compares whole numbers. */
const MAX_MILLI = (2n ** 63n - 1n) / 1000n

/** At one precision, so that they can be compared. */
function precise(request: Quantity, limit: Quantity, bound: Quantity): readonly [bigint, bigint, bigint] {
  const whole = [request, limit, bound].map((q) => ceilDiv(q.milli, 1000n))
  const [r, l, b] = whole.every((v) => v <= MAX_MILLI) ? [request.milli, limit.milli, bound.milli] : whole
  return [r ?? 0n, l ?? 0n, b ?? 0n]
}

export function minBroken(type: string, name: string, bound: Quantity, { requests, limits }: Needs): readonly string[] {
  const request = requests.get(name)
  const limit = limits.get(name)
  const least = `minimum ${name} usage per ${type} is ${printQuantity(bound)}`
  if (request === undefined) return [`${least}.  No request is specified`]
  const [r, l, b] = precise(request, limit ?? zero, bound)
  if (r < b) return [`${least}, but request is ${printQuantity(request)}`]
  return limit !== undefined && l < b ? [`${least}, but limit is ${printQuantity(limit)}`] : []
}

export function maxBroken(type: string, name: string, bound: Quantity, { requests, limits }: Needs): readonly string[] {
  const request = requests.get(name)
  const limit = limits.get(name)
  const greatest = `maximum ${name} usage per ${type} is ${printQuantity(bound)}`
  if (limit === undefined) return [`${greatest}.  No limit is specified`]
  const [r, l, b] = precise(request ?? zero, limit, bound)
  if (l > b) return [`${greatest}, but limit is ${printQuantity(limit)}`]
  return request !== undefined && r > b ? [`${greatest}, but request is ${printQuantity(request)}`] : []
}

/** Of claims, which have no limits. */
export function maxRequestBroken(type: string, name: string, bound: Quantity, requests: Resources): readonly string[] {
  const request = requests.get(name)
  const greatest = `maximum ${name} usage per ${type} is ${printQuantity(bound)}`
  if (request === undefined) return [`${greatest}.  No request is specified`]
  const [r, , b] = precise(request, zero, bound)
  return r > b ? [`${greatest}, but request is ${printQuantity(request)}`] : []
}

export function ratioBroken(type: string, name: string, bound: Quantity, { requests, limits }: Needs): readonly string[] {
  const [r, l] = precise(requests.get(name) ?? zero, limits.get(name) ?? zero, bound)
  const ratio = `${name} max limit to request ratio per ${type} is ${printQuantity(bound)}`
  if (r === 0n) return [`${ratio}, but no request is specified or request is 0`]
  if (l === 0n) return [`${ratio}, but no limit is specified or limit is 0`]
  // The API server divides as floating point, and so does this: near the bound, exact would be another answer.
  const observed = Number(l) / Number(r)
  return observed * 1000 > Number(bound.milli) ? [`${ratio}, but provided ratio is ${observed.toFixed(6)}`] : []
}
