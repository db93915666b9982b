import { isIP } from 'node:net'

/** Cloud machines give out credentials at this address to whatever can open a connection to it. */
export const METADATA = '169.254.169.254'

/** Parts of `10.0.0.0/8`; undefined where it is not a block. */
function parse(text: string): { readonly address: string; readonly bits: number; readonly version: 4 | 6 } | undefined {
  const match = /^([0-9a-f.:]+)\/(0|[1-9]\d{0,2})$/i.exec(text)
  const address = match?.[1] ?? ''
  const version = isIP(address)
  const bits = Number(match?.[2])
  if (match === null || version === 0 || bits > (version === 4 ? 32 : 128)) return undefined
  return { address, bits, version: version === 4 ? 4 : 6 }
}

/** What is wrong with a block of addresses, in words; undefined where it is right. */
export function problemOfCidr(text: string): string | undefined {
  const block = parse(text)
  if (block === undefined) return `${text}: not a block of addresses; write it as 10.0.0.0/8`
  if (block.bits === 0) return `${text}: that is every address`
  if (block.version === 4 && !isFirst(block.address, block.bits)) return `${text}: the address has bits set behind the /${block.bits}`
  return undefined
}

function isFirst(address: string, bits: number): boolean {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return number % 2 ** (32 - bits) === 0
}

/** One address as a block. */
export function single(address: string): string {
  return `${address}/${isIP(address) === 6 ? 128 : 32}`
}
