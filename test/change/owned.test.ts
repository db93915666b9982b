import { describe, expect, it } from 'vitest'
import { foreignManagers, mergeOwned, ownershipBack } from '#change/owned.ts'
import type { FieldChange } from '#model/change.ts'
import type { Json, KubeObject } from '#model/refs.ts'

const entry = (manager: string, fieldsV1: Json, more: { [key: string]: Json } = {}): Json => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time: `${manager}-time`,
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
})
const labels = (...names: string[]): Json => ({ 'f:metadata': { 'f:labels': Object.fromEntries(names.map((n) => [`f:${n}`, {}])) } })
const changed = (...names: string[]): FieldChange[] => names.map((n) => ({ path: ['metadata', 'labels', n] }))

describe('what an apply merges in', () => {
  const live: KubeObject = {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: {
      name: 'x',
      labels: { mine: '1', theirs: '2' },
      managedFields: [
        entry(
          'kubeharden:w',
          {
            'f:metadata': { 'f:labels': { 'f:mine': {}, 'f:gone': {} } },
            'f:spec': { 'f:hard': { '.': {}, 'f:pods': {} }, 'f:egress': {}, 'f:containers': { 'k:{"name":"a"}': { 'f:image': {} } } },
          },
          { operation: 'Apply' },
        ),
        entry('kubectl', labels('theirs')),
      ],
    },
    spec: { hard: { pods: '5', cpu: '1' }, egress: [{}], containers: [{ name: 'a', image: '1' }] },
  }
  const wanted: KubeObject = { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'x' }, spec: { hard: { cpu: '2' } } }

  it('is single values that this manager set before, never lists and never what others own', () => {
    expect(mergeOwned(wanted, live, 'kubeharden:w').object).toEqual({
      apiVersion: 'v1',
      kind: 'Thing',
      metadata: { name: 'x', labels: { mine: '1' } },
      spec: { hard: { cpu: '2', pods: '5' } },
    })
  })

  it('is nothing for another manager', () => {
    expect(mergeOwned(wanted, live, 'kubeharden:other')).toEqual({ object: wanted, added: [] })
  })
})

describe('ownership after an undo', () => {
  const before = [entry('kubectl', labels('a', 'b')), entry('helm', labels('c'))]

  it('is exactly what it was where nobody came in between', () => {
    const now = [entry('kubectl', labels('b'), { time: 'later' }), entry('kubeharden:w', labels('a', 'c', 'd'))]
    expect(ownershipBack(now, before, changed('a', 'c', 'd'), 'kubeharden:w')).toEqual(before)
  })

  it('keeps what others took meanwhile', () => {
    const now = [
      entry('kubectl', labels('b', 'e')),
      entry('kubeharden:w', labels('a')),
      entry('colleague', labels('x')),
      entry('helm', labels('c')),
    ]
    expect(ownershipBack(now, before, changed('a'), 'kubeharden:w')).toEqual([
      entry('kubectl', labels('a', 'b', 'e')),
      entry('helm', labels('c')),
      entry('colleague', labels('x')),
    ])
  })

  it('gives an earlier run of ours its own fields back', () => {
    const earlier = [entry('kubeharden:w', labels('a'), { operation: 'Apply' })]
    const now = [entry('kubeharden:w', labels('a', 'b'), { operation: 'Apply' }), entry('kubeharden:w', labels('z'))]
    expect(ownershipBack(now, earlier, changed('b', 'z'), 'kubeharden:w')).toEqual(earlier)
  })

  it('does not take back what somebody else owns by now', () => {
    const now = [entry('colleague', labels('b')), entry('kubeharden:w', labels('a'))]
    expect(ownershipBack(now, [entry('kubectl', labels('a', 'b'))], changed('a'), 'kubeharden:w')).toEqual([
      entry('kubectl', labels('a')),
      entry('colleague', labels('b')),
    ])
  })

  it('finds list items by their keys, and takes atomic lists whole', () => {
    const at = (fields: Json): Json => ({ 'f:spec': { 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': fields } } })
    const path = ['spec', 'ports', { key: 'containerPort', value: '80' }, 'name']
    const old = [entry('kubectl', at({ 'f:name': {}, 'f:containerPort': {} }))]
    const now = [entry('kubectl', at({ 'f:containerPort': {} })), entry('kubeharden:w', at({ 'f:name': {} }))]
    expect(ownershipBack(now, old, [{ path }], 'kubeharden:w')).toEqual(old)
    const atomic = [entry('kubectl', { 'f:spec': { 'f:ports': {} } })]
    expect(ownershipBack([entry('kubeharden:w', { 'f:spec': { 'f:ports': {} } })], atomic, [{ path }], 'kubeharden:w')).toEqual(atomic)
  })
})

it('knows who else has a say, but for status and controllers', () => {
  const managedFields = [
    entry('kubeharden:w', {}),
    entry('kubectl-edit', {}),
    entry('kubelet', {}),
    entry('operator', {}, { subresource: 'status' }),
  ]
  expect(foreignManagers({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x', managedFields } }, 'kubeharden:w')).toEqual(['kubectl-edit'])
})
