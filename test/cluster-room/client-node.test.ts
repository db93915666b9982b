import { KubeConfig } from '@kubernetes/client-node'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { contextsOf, resolveAccess } from '../../src/cluster/live/kubeconfig.ts'
import { file, folder } from './support.ts'

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/)

/** A whole kubeconfig, as tools write them: each context names a cluster and a user that are there. */
const config = fc
  .uniqueArray(name, { minLength: 1, maxLength: 4 })
  .chain((names) =>
    fc.record({
      contexts: fc.constant(names),
      current: fc.constantFrom(...names),
      ports: fc.array(fc.integer({ min: 1, max: 65535 }), { minLength: names.length, maxLength: names.length }),
      namespaces: fc.array(fc.option(name, { nil: undefined }), { minLength: names.length, maxLength: names.length }),
      insecure: fc.boolean(),
      token: fc.stringMatching(/^[A-Za-z0-9]{8,20}$/),
    }),
  )
  .map(({ contexts, current, ports, namespaces, insecure, token }) => ({
    current,
    text: stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': current,
      clusters: contexts.map((n, i) => ({
        name: `c-${n}`,
        cluster: { server: `https://10.0.0.1:${ports[i]}`, ...(insecure ? { 'insecure-skip-tls-verify': true } : {}) },
      })),
      users: contexts.map((n) => ({ name: `u-${n}`, user: { token: `${token}${n}` } })),
      contexts: contexts.map((n, i) => ({
        name: n,
        context: { cluster: `c-${n}`, user: `u-${n}`, ...(namespaces[i] === undefined ? {} : { namespace: namespaces[i] }) },
      })),
    }),
  }))

it('reads a kubeconfig as the official client does', async () => {
  const dir = await folder()
  await fc.assert(
    fc.asyncProperty(config, async ({ text, current }) => {
      const official = new KubeConfig()
      official.loadFromString(text)
      const path = await file(dir, 'config', text)
      const ours = await contextsOf({ kubeconfig: path }, {})
      expect(ours.map((c) => [c.name, c.cluster, c.user, c.namespace])).toEqual(
        official.getContexts().map((c) => [c.name, c.cluster, c.user, c.namespace]),
      )
      expect(ours.find((c) => c.current)?.name).toBe(official.getCurrentContext())
      const access = await resolveAccess({ kubeconfig: path }, {})
      expect(access.context).toBe(current)
      expect(access.cluster.server).toBe(official.getCurrentCluster()?.server)
      expect(access.cluster['insecure-skip-tls-verify'] ?? false).toBe(official.getCurrentCluster()?.skipTLSVerify ?? false)
      expect(access.user.token).toBe(official.getCurrentUser()?.token)
    }),
    { numRuns: 60 },
  )
})
