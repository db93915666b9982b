import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'

type Env = Readonly<Record<string, string | undefined>>

/**
 * Which proxy a request to `server` goes through, as client-go decides it: the cluster's own `proxy-url` always wins,
 * then HTTPS_PROXY or HTTP_PROXY unless NO_PROXY names the host; loopback is never proxied by environment.
 * (undici's EnvHttpProxyAgent knows neither networks such as 10.0.0.0/8 in NO_PROXY nor the loopback rule.)
 */
export function proxyFor(server: URL, proxyUrl: string | undefined, env: Env): string | undefined {
  if (proxyUrl !== undefined && proxyUrl !== '') return withScheme(proxyUrl)
  const names = server.protocol === 'https:' ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy']
  const proxy = names.map((name) => env[name]).find((value) => value !== undefined && value !== '')
  if (proxy === undefined || isLoopback(hostOf(server)) || isExcluded(server, env.NO_PROXY || env.no_proxy || '')) return undefined
  return withScheme(proxy)
}

const withScheme = (proxy: string) => (proxy.includes('://') ? proxy.replace(/^socks5h:/, 'socks5:') : `http://${proxy}`)
const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
const isLoopback = (host: string) => host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))

function isExcluded(server: URL, noProxy: string): boolean {
  const host = hostOf(server)
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && (entry === '*' || matches(entry, host, port)))
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry.includes('/')) return inNetwork(entry, host)
  if (isIP(entry) !== 0) return entry === host
  const withPort = /^(.*):(\d+)$/.exec(entry)
  if (withPort !== null && withPort[2] !== port) return false
  const name = (withPort?.[1] ?? entry).replace(/^\[|\]$/g, '')
  if (name.startsWith('*.')) return host.endsWith(name.slice(1))
  if (name.startsWith('.')) return host.endsWith(name)
  return host === name || host.endsWith(`.${name}`)
}

function inNetwork(entry: string, host: string): boolean {
  const [address = '', bits = ''] = entry.split('/')
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined
  if (family === undefined || isIP(host) === 0 || !/^\d+$/.test(bits)) return false
  const list = new BlockList()
  try {
    list.addSubnet(address, Number(bits), family)
  } catch {
    return false // more bits than the address has: names nothing
  }
  return list.check(host, isIPv4(host) ? 'ipv4' : 'ipv6')
}
