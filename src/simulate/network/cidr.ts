import { isIP } from 'node:net'

/** Addresses as numbers: bits 127 to 0, IPv4 in the lowest 32. */
interface Address {
  readonly version: 4 | 6
  readonly value: bigint
}

/** A block of addresses, read once and asked often. */
export interface Block {
  readonly version: 4 | 6
  /** No exceptions and no bits: every address of its family. */
  readonly everything: boolean
  holds(ip: string): boolean
  /** Where it and its exceptions begin and end, in the order of `placeOf`. */
  readonly borders: readonly bigint[]
}

const parsed = new Map<string, Address | undefined>()

/** An address as a number; undefined where it is none. The pods of a cluster are asked about again and again, so answers are kept. */
export function addressOf(ip: string): Address | undefined {
  if (!parsed.has(ip)) {
    if (parsed.size > 100_000) parsed.clear()
    parsed.set(ip, readAddress(ip))
  }
  return parsed.get(ip)
}

function readAddress(ip: string): Address | undefined {
  const version = isIP(ip)
  if (version === 4) return { version, value: BigInt(quad(ip)) }
  return version === 6 ? { version, value: readSix(ip) } : undefined
}

function quad(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function readSix(ip: string): bigint {
  const plain = ip.split('%')[0] ?? ''
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain)
  const low = dotted === null ? undefined : quad(dotted[2] ?? '')
  const hex =
    dotted === null || low === undefined ? plain : `${dotted[1]}${Math.floor(low / 65_536).toString(16)}:${(low % 65_536).toString(16)}`
  const [head = '', tail] = hex.split('::')
  const words = (text: string) => (text === '' ? [] : text.split(':'))
  const before = words(head)
  const after = tail === undefined ? [] : words(tail)
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array<string>(zeros).fill('0'), ...after].reduce(
    (sum, word) => (sum << 16n) | BigInt(Number.parseInt(word, 16)),
    0n,
  )
}

/** A number that orders all addresses, IPv4 before IPv6. */
function placeAt(version: 4 | 6, value: bigint): bigint {
  return version === 4 ? value : value + (1n << 32n)
}

export function placeOf(ip: string): bigint | undefined {
  const address = addressOf(ip)
  return address === undefined ? undefined : placeAt(address.version, address.value)
}

interface Cidr {
  readonly version: 4 | 6
  readonly bits: number
  readonly borders: readonly bigint[]
  holds(ip: string): boolean
}

function cidrOf(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text)
  const network = readAddress(match?.[1] ?? '')
  const bits = Number(match?.[2])
  if (network === undefined || bits > (network.version === 4 ? 32 : 128)) return undefined
  const shift = BigInt((network.version === 4 ? 32 : 128) - bits)
  const wanted = network.value >> shift
  const { version } = network
  const holds = (ip: string) => {
    const address = addressOf(ip)
    return address !== undefined && address.version === version && address.value >> shift === wanted
  }
  const first = placeAt(version, wanted << shift)
  return { version, bits, holds, borders: [first, first + (1n << shift)] }
}

/** The addresses of an ipBlock; undefined where its CIDR cannot be read: it holds nothing. */
export function blockOf(block: { readonly cidr: string; readonly except: readonly string[] }): Block | undefined {
  const cidr = cidrOf(block.cidr)
  if (cidr === undefined) return undefined
  const except = block.except.flatMap((e) => cidrOf(e) ?? [])
  return {
    version: cidr.version,
    everything: cidr.bits === 0 && except.length === 0,
    holds: (ip) => cidr.holds(ip) && !except.some((e) => e.holds(ip)),
    borders: [...cidr.borders, ...except.flatMap((e) => e.borders)],
  }
}

/** Is the address in the block of this CIDR? Unreadable ones hold nothing. */
export function inCidr(cidr: string, ip: string): boolean {
  return cidrOf(cidr)?.holds(ip) ?? false
}
