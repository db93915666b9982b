import { describe, expect, it } from 'vitest'
import { connectPractice } from '#cluster/practice/index.ts'
import { ALL_KINDS } from '#model/kinds.ts'
import { EVIDENCE_DAYS } from '#model/objects/evidence.ts'
import { itemsOf } from '#model/state.ts'
import { isDefault, isKubeadmBinding, isShippedAccount } from '#simulate/rbacDefaults.ts'

const state = async (at = '2026-11-22T12:00:00Z') => (await connectPractice(() => new Date(at))).reader.collect(ALL_KINDS)

describe('the practice cluster', () => {
  it('is whole: every kind was read, nothing is missing or malformed', async () => {
    const { kinds, source, cluster } = await state()
    expect(Object.keys(kinds).sort()).toEqual([...ALL_KINDS].sort())
    expect(Object.values(kinds).flatMap((k) => k.gaps)).toEqual([])
    expect(source).toBe('practice')
    expect(cluster).toMatchObject({ name: 'practice', distribution: 'kubeadm', version: 'v1.36.3' })
  })

  it('is the same cluster in each session, and looks as if made four weeks ago', async () => {
    const [today, later] = [await state(), await state('2027-03-01T12:00:00Z')]
    expect(today.cluster.uid).toMatch(/^[0-9a-f-]{36}$/)
    expect(later.cluster.uid).toBe(today.cluster.uid)
    const token = (s: typeof today) => itemsOf(s, 'secrets').find((x) => x.metadata.name === 'deployer-token')?.ageDays
    expect(token(later)).toBe(token(today))
    expect(Date.parse(itemsOf(later, 'identity')[0]?.certificate?.notAfter ?? '')).toBeGreaterThan(Date.parse('2027-06-01'))
  })

  it('brings evidence of each node along, which is young enough on any day', async () => {
    const at = '2027-03-01T12:00:00Z'
    const s = await state(at)
    const evidence = itemsOf(s, 'nodeEvidence')
    expect(evidence.map(({ metadata }) => metadata.name)).toEqual(itemsOf(s, 'nodes').map(({ metadata }) => metadata.name))
    for (const { takenAt } of evidence) {
      expect(Date.parse(takenAt)).toBeLessThan(Date.parse(at))
      expect(Date.parse(at) - Date.parse(takenAt)).toBeLessThan(EVIDENCE_DAYS * 86_400_000)
    }
  })

  it('holds no credential, not even a made up one', async () => {
    expect(JSON.stringify(await state())).not.toMatch(/not-a-real|made up/)
  })

  it('has roles that exist for every binding but the one left over, and pods for every workload', async () => {
    const s = await state()
    const names = new Set(
      [...itemsOf(s, 'clusterRoles'), ...itemsOf(s, 'roles')].map((r) => `${r.metadata.namespace ?? ''}/${r.metadata.name}`),
    )
    for (const b of [...itemsOf(s, 'clusterRoleBindings'), ...itemsOf(s, 'roleBindings')])
      expect(names).toContain(`${b.roleRef.kind === 'Role' ? (b.metadata.namespace ?? '') : ''}/${b.roleRef.name}`)
    const accounts = new Set(itemsOf(s, 'serviceAccounts').map((a) => `${a.metadata.namespace}/${a.metadata.name}`))
    // Of what a control plane binds by itself, some accounts are made only where their controllers run (a cloud's, kube-dns).
    const chosen = [...itemsOf(s, 'clusterRoleBindings'), ...itemsOf(s, 'roleBindings')].filter((b) => !isDefault(b.metadata))
    const lost = chosen.flatMap((b) =>
      b.subjects
        .filter((x) => x.kind === 'ServiceAccount' && !accounts.has(`${x.namespace}/${x.name}`))
        .map((x) => `${x.namespace}/${x.name}`),
    )
    expect(lost).toEqual(['payments/importer'])
    for (const pod of itemsOf(s, 'pods'))
      if (pod.spec.serviceAccountName !== undefined) expect(accounts).toContain(`${pod.metadata.namespace}/${pod.spec.serviceAccountName}`)
    expect(itemsOf(s, 'clusterRoles').find((r) => r.metadata.name === 'view')?.rules.length).toBeGreaterThan(5)
  })

  it('holds no account or binding of kubeadm and the control plane that the simulation does not know as theirs', async () => {
    const s = await state()
    const accounts = itemsOf(s, 'serviceAccounts').filter(({ metadata }) => metadata.namespace === 'kube-system')
    const strange = accounts.filter(({ metadata }) => !isShippedAccount('kube-system', metadata.name)).map(({ metadata }) => metadata.name)
    expect(strange).toEqual(['default', 'kube-router'])
    const bindings = [...itemsOf(s, 'clusterRoleBindings'), ...itemsOf(s, 'roleBindings')]
    const kubeadms = bindings.filter(({ metadata }) => metadata.managers.includes('kubeadm'))
    expect(kubeadms).toHaveLength(12)
    for (const { metadata, roleRef } of kubeadms)
      expect(isKubeadmBinding(metadata.name, metadata.namespace, roleRef.name), metadata.name).toBe(true)
  })

  it('is only the kinds that were asked for, and says how far it is', async () => {
    const seen: number[] = []
    const s = await (await connectPractice()).reader.collect(['pods', 'nodes'], { onProgress: (p) => seen.push(p.done) })
    expect(Object.keys(s.kinds)).toEqual(['pods', 'nodes'])
    expect(seen).toEqual([1, 2])
  })

  it('starts anew with each connection', async () => {
    const first = await connectPractice()
    const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'payments' }
    const uid = (await first.writer?.get(ref))?.metadata.uid ?? ''
    await first.writer?.remove(ref, { uid })
    expect(await first.writer?.get(ref)).toBeUndefined()
    expect(await (await connectPractice()).writer?.get(ref)).toBeDefined()
  })
})
