import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cliBench } from './bench.ts'

const bench = cliBench()

const BINDING = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: everyone}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: Group, name: developers, apiGroup: rbac.authorization.k8s.io}]
`

describe('audit -o', () => {
  it('sarif names the file and line of an object that came from a folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubeharden-sarif-'))
    writeFileSync(join(folder, 'a b.yaml'), BINDING)
    const { code, out } = await bench.run(['audit', '--from', folder, '-o', 'sarif', '--check', 'access/cluster-admin-bindings'])
    expect(code).toBe(0)
    const log = JSON.parse(out) as { runs: { results: { locations: { physicalLocation: unknown }[] }[] }[] }
    expect(log.runs[0]?.results[0]?.locations[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: `file://${folder}/a%20b.yaml` },
      region: { startLine: 5 },
    })
  })

  it('sarif of a cluster names objects and no files', async () => {
    const cluster = await bench.run(['audit', '--practice', '-o', 'sarif'])
    expect(cluster.out).not.toContain('physicalLocation')
    expect(cluster.out).toContain('"logicalLocations"')
  })

  it('junit is one document with a suite for each area', async () => {
    const { code, out } = await bench.run(['audit', '--practice', '-o', 'junit', '--area', 'access', 'network'])
    expect(code).toBe(0)
    expect(out).toMatch(/^<\?xml version="1\.0"/)
    expect(out.match(/<testsuite /g)).toHaveLength(2)
  })
})
