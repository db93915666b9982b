import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { groupOf, KINDS, kindOf } from '#model/kinds.ts'
import type { ObjectRef } from '#model/refs.ts'
import { writtenBy } from '../../../src/change/rights.ts'
import { refOfChange } from '../../../src/change/wanted.ts'
import { wizards } from '../../../wizards/index.ts'
import { planOf } from '../../wizards/run.ts'
import { SAMPLE } from '../../wizards/state.ts'

describe.each(wizards)('the tier of $id', (wizard) => {
  it('covers every object of its example: got, created, patched, updated, deleted', () => {
    const example = parse(readFileSync(new URL(`../../../wizards/${wizard.id}/example.yaml`, import.meta.url), 'utf8')) as Record<
      string,
      unknown
    >
    const rules = writtenBy(wizard)
    // Wizards that change nodes write objects too where a guard does it; by hand the script does.
    const ways = wizard.onNodes === undefined ? [{}] : [{}, { way: 'guard', guardImage: 'registry.example.com/busybox:1.37' }]
    const changes = ways.flatMap((way) => planOf(wizard, SAMPLE, { ...example, ...way }))
    const refs = changes.flatMap((change): ObjectRef[] => {
      if (change.kind === 'guide' || change.kind === 'node') return []
      return [refOfChange(change)]
    })
    for (const ref of refs) {
      const kind = kindOf(ref.apiVersion, ref.kind)
      expect(kind, `${ref.kind} is not a kind that rights are made of`).toBeDefined()
      if (kind === undefined) continue
      const verbs = rules
        .filter((r) => r.apiGroups.includes(groupOf(kind)) && r.resources.includes(KINDS[kind].plural))
        .filter((r) => r.resourceNames?.includes(ref.name) ?? true)
        .flatMap((r) => r.verbs)
      // What kubeadm keeps is there already: it is changed and put back, never made or deleted.
      const kept = wizard.keptIn !== undefined && ref.name === wizard.keptIn
      expect(verbs.toSorted(), ref.kind).toEqual(kept ? ['get', 'patch', 'update'] : ['create', 'delete', 'get', 'patch', 'update'])
    }
    // Files alone need no rights to write.
    expect(rules.length > 0).toBe(refs.length > 0 || changes.some((change) => change.kind === 'node'))
  })
})
