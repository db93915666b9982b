import { expect, test } from 'vitest'
import { check } from '#checks/network/mesh-mtls.ts'
import { verdicts } from '../encryption/support.ts'

const pod = (namespace: string, image: string, phase = 'Running', init = false) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `${namespace}-pod`, namespace },
  spec: init ? { containers: [{ name: 'a' }], initContainers: [{ name: 'p', image }] } : { containers: [{ name: 'p', image }] },
  status: { phase },
})
const authentication = (namespace: string, mode: string, selector?: object) => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  metadata: { name: 'default', namespace },
  spec: { mtls: { mode }, selector },
})
const PROXY = 'docker.io/istio/proxyv2:1.28'

test.each([
  ['no mesh', [pod('shop', 'nginx')], []],
  ['nothing said is permissive', [pod('shop', PROXY)], ['shop: fail permissive']],
  ['the whole mesh', [pod('shop', PROXY), authentication('istio-system', 'STRICT')], ['shop: pass strict']],
  [
    'a namespace goes its own way',
    [pod('shop', PROXY), authentication('istio-system', 'STRICT'), authentication('shop', 'PERMISSIVE')],
    ['shop: fail permissive'],
  ],
  [
    'UNSET is as the mesh',
    [pod('shop', PROXY), authentication('istio-system', 'STRICT'), authentication('shop', 'UNSET')],
    ['shop: pass strict'],
  ],
  [
    'for some pods is not for all',
    [pod('shop', PROXY), authentication('shop', 'STRICT', { matchLabels: { a: 'b' } })],
    ['shop: fail permissive'],
  ],
  ['a proxy as a sidecar', [pod('shop', PROXY, 'Running', true), authentication('shop', 'STRICT')], ['shop: pass strict']],
  ['what has ended', [pod('shop', PROXY, 'Succeeded')], []],
  ['Linkerd', [pod('shop', 'cr.l5d.io/linkerd/proxy:edge-25')], ['cluster: manual linkerd']],
])('%s', (_, objects, expected) => {
  expect(verdicts(check, objects)).toEqual(expected)
})
