import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSample } from '../../src/cluster/live/metrics.ts'
import { nearest } from '../../src/cluster/live/nearest.ts'
import { toApiServer } from '../../src/cluster/live/probe-api-servers.ts'
import { toProbe } from '../../src/cluster/live/probe-encryption.ts'
import { proxyFor } from '../../src/cluster/live/proxy.ts'
import { days } from '../../src/cluster/live/secrets.ts'
import { parseWarnings } from '../../src/cluster/live/warnings.ts'
import { fieldConflicts } from '../../src/cluster/live/write-errors.ts'
import { KINDS } from '../../src/model/kinds.ts'

describe('Warning headers', () => {
  it.each<readonly [string | string[] | undefined, string[]]>([
    [undefined, []],
    ['299 - "one"', ['one']],
    ['299 - "one", 299 - "two, with a comma"', ['one', 'two, with a comma']],
    [
      ['299 - "one"', '299 kube "two"'],
      ['one', 'two'],
    ],
    ['299 - "a \\"quoted\\" and a back\\\\slash"', ['a "quoted" and a back\\slash']],
    ['199 - "other code"', []],
    ['299 - "not closed', []],
  ])('%j', (header, texts) => expect(parseWarnings(header)).toEqual(texts))

  it('give back every text that was written as a header', () => {
    const text = fc.stringMatching(/^[ -~]{0,40}$/)
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
        const header = texts.map((one) => `299 - "${one.replace(/["\\]/g, '\\$&')}"`).join(', ')
        expect(parseWarnings(header)).toEqual(texts)
      }),
    )
  })
})

describe('metrics', () => {
  it.each([
    ['up 1', { name: 'up', labels: {}, value: 1 }],
    ['a:b_c{x="1",y="two words"} 2.5e3', { name: 'a:b_c', labels: { x: '1', y: 'two words' }, value: 2500 }],
    ['m{x="a}b,c=\\"d\\"",} 3 1700000000000', { name: 'm', labels: { x: 'a}b,c="d"' }, value: 3 }],
    ['m{x="line\\nbreak\\\\n"} 1', { name: 'm', labels: { x: 'line\nbreak\\n' }, value: 1 }],
    ['m{} -Inf', { name: 'm', labels: {}, value: Number.NEGATIVE_INFINITY }],
    ['process_start_time_seconds 1.79535268713e+09', { name: 'process_start_time_seconds', labels: {}, value: 1795352687.13 }],
  ])('%s', (line, sample) => expect(parseSample(line)).toEqual(sample))
  it.each(['', '# HELP up x', 'up', 'up one', 'm{x="1" 2', 'm{x=1} 2', '{x="1"} 2', 'm{x="1"} 2 3 4'])('%j is no sample', (line) =>
    expect(parseSample(line)).toBeUndefined(),
  )

  it('read back what was written', () => {
    const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,10}$/)
    const labels = fc.dictionary(name, fc.string({ maxLength: 20 }), { noNullPrototype: true })
    fc.assert(
      fc.property(name, labels, fc.double({ noNaN: true }), (metric, pairs, value) => {
        const escaped = (text: string) => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')
        const written = Object.entries(pairs).map(([key, text]) => `${key}="${escaped(text)}"`)
        const number = Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf'
        expect(parseSample(`${metric}{${written.join(',')}} ${number}`)).toEqual({
          name: metric,
          labels: pairs,
          value: Number(number === '+Inf' ? 'Infinity' : number.replace('Inf', 'Infinity')),
        })
      }),
    )
  })

  it('of one API server become a probe', () => {
    const samples = [
      'apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="from_storage",transformer_prefix="identity"} 2000',
      'apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="to_storage",transformer_prefix="k8s:enc:secretbox:v1:"} 1',
      'apiserver_storage_transformation_operations_total{status="OK",transformation_type="sideways",transformer_prefix="x"} 1',
      'apiserver_encryption_config_controller_automatic_reloads_total{apiserver_id_hash="sha256:a",status="success"} 2',
      'apiserver_encryption_config_controller_automatic_reloads_total{apiserver_id_hash="sha256:a",status="failure"} 1',
      'apiserver_encryption_config_controller_last_config_info{apiserver_id_hash="sha256:a",hash="sha256:old"} 0',
      'apiserver_encryption_config_controller_last_config_info{apiserver_id_hash="sha256:a",hash="sha256:b"} 1',
    ].flatMap((line) => parseSample(line) ?? [])
    const probe = toProbe('api', samples)
    expect(probe).toEqual({
      metadata: { name: 'api' },
      transformations: [
        { resource: 'secrets', direction: 'from_storage', prefix: '', status: 'OK', count: 2000 },
        { resource: 'secrets', direction: 'to_storage', prefix: 'k8s:enc:secretbox:v1:', status: 'OK', count: 1 },
      ],
      configHash: 'sha256:b',
      reloads: { success: 2, failure: 1 },
    })
    expect(KINDS.encryption.schema.parse(probe)).toEqual(probe)
  })
})

describe('what metrics tell of an API server', () => {
  it('is what it has done: plugins, authorizers, audit levels', () => {
    const samples = [
      'apiserver_admission_controller_admission_duration_seconds_count{name="NodeRestriction",operation="UPDATE",rejected="false",type="admit"} 7',
      'apiserver_admission_controller_admission_duration_seconds_count{name="NodeRestriction",operation="CREATE",rejected="false",type="validate"} 2',
      'apiserver_admission_controller_admission_duration_seconds_count{name="EventRateLimit",operation="CREATE",rejected="false",type="admit"} 0',
      'apiserver_audit_event_total 12',
      'apiserver_audit_level_total{level="Metadata"} 12',
      'apiserver_authorization_decisions_total{decision="allowed",name="rbac",type="RBAC"} 5',
      'apiserver_authorization_decisions_total{decision="allowed",name="node",type="Node"} 5',
    ].flatMap((line) => parseSample(line) ?? [])
    const probe = toApiServer('api', samples)
    expect(probe).toEqual({
      metadata: { name: 'api' },
      admissionPlugins: ['NodeRestriction'],
      auditEvents: 12,
      auditLevels: { Metadata: 12 },
      authorizers: ['Node', 'RBAC'],
    })
    expect(KINDS.apiServers.schema.parse(probe)).toEqual(probe)
  })
})

describe('ages of the table', () => {
  it.each([
    ['3y12d', 1107],
    ['5d4h', 5],
    ['23h', 0],
    ['12m', 0],
    ['10s', 0],
    ['<unknown>', undefined],
    ['', undefined],
    [5, undefined],
  ])('%j', (age, count) => expect(days(age)).toBe(count))
})

describe('proxies', () => {
  const server = (text: string) => new URL(text)
  const HTTPS_PROXY = 'http://proxy:3128'
  it.each<readonly [what: string, url: string, own: string | undefined, env: Record<string, string>, expected: string | undefined]>([
    ['none', 'https://api:6443', undefined, {}, undefined],
    ['environment', 'https://api:6443', undefined, { HTTPS_PROXY }, HTTPS_PROXY],
    ['lower case', 'https://api:6443', undefined, { https_proxy: 'proxy:1' }, 'http://proxy:1'],
    ['of the other scheme', 'http://api', undefined, { HTTPS_PROXY }, undefined],
    ['own address wins', 'https://api:6443', 'socks5h://p:1', { HTTPS_PROXY, NO_PROXY: '*' }, 'socks5://p:1'],
    ['loopback', 'https://127.0.0.1:6443', undefined, { HTTPS_PROXY }, undefined],
    ['loopback by name', 'https://localhost:6443', undefined, { HTTPS_PROXY }, undefined],
    ['NO_PROXY *', 'https://api:6443', undefined, { HTTPS_PROXY, NO_PROXY: '*' }, undefined],
    ['NO_PROXY name', 'https://api.corp', undefined, { HTTPS_PROXY, NO_PROXY: 'x, api.corp' }, undefined],
    ['NO_PROXY parent', 'https://api.corp', undefined, { HTTPS_PROXY, NO_PROXY: 'corp' }, undefined],
    ['NO_PROXY suffix', 'https://api.corp', undefined, { HTTPS_PROXY, no_proxy: '.corp' }, undefined],
    ['NO_PROXY suffix is not the name itself', 'https://corp', undefined, { HTTPS_PROXY, NO_PROXY: '.corp' }, HTTPS_PROXY],
    ['NO_PROXY half a name', 'https://api.mycorp', undefined, { HTTPS_PROXY, NO_PROXY: 'corp' }, HTTPS_PROXY],
    ['NO_PROXY network', 'https://10.1.2.3:6443', undefined, { HTTPS_PROXY, NO_PROXY: '10.0.0.0/8' }, undefined],
    ['NO_PROXY other network', 'https://11.1.2.3:6443', undefined, { HTTPS_PROXY, NO_PROXY: '10.0.0.0/8,10.0.0.0/99' }, HTTPS_PROXY],
    ['NO_PROXY IPv6', 'https://[fd00::1]:6443', undefined, { HTTPS_PROXY, NO_PROXY: 'fd00::/8' }, undefined],
    ['NO_PROXY port', 'https://api:6443', undefined, { HTTPS_PROXY, NO_PROXY: 'api:6443' }, undefined],
    ['NO_PROXY other port', 'https://api:6443', undefined, { HTTPS_PROXY, NO_PROXY: 'api:443' }, HTTPS_PROXY],
  ])('%s', (_, url, own, env, expected) => expect(proxyFor(server(url), own, env)).toBe(expected))
})

describe('the nearest name', () => {
  const names = ['production', 'staging', 'kind-test']
  it.each([
    ['prodution', 'production'],
    ['Staging', 'staging'],
    ['test', 'kind-test'],
    ['somewhere-else', undefined],
    ['x', undefined],
  ])('%s', (wanted, found) => expect(nearest(wanted, names)).toBe(found))
})

describe('conflicts of a server-side apply', () => {
  it('name manager and field, quotes taken off', () => {
    const causes = [
      { reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using apps/v1', field: '.spec.replicas' },
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "a \\"b\\"" with subresource "scale" using v1 at 2026-01-01T00:00:00Z',
        field: '.x',
      },
      { reason: 'FieldValueInvalid', message: 'no', field: '.y' },
    ]
    expect(fieldConflicts({ causes })).toEqual([
      { manager: 'kubectl', field: '.spec.replicas' },
      { manager: 'a "b"', field: '.x' },
    ])
  })
})
