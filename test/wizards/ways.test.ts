import { expect, it } from 'vitest'
import { HardenError } from '../../src/model/errors.ts'
import { DISTRIBUTIONS, type State } from '../../src/model/state.ts'
import { wizards } from '../../wizards/index.ts'
import { answersOf } from './run.ts'
import { SAMPLE } from './state.ts'

/** Wizards that change what a distribution sets up by itself. */
const OURS = wizards.filter((w) => w.onNodes === true || w.id.startsWith('etcd-'))
const OTHERS = DISTRIBUTIONS.filter((d) => !['kubeadm', 'kind', 'unknown'].includes(d))

it('there are six of them', () => {
  expect(OURS.map((w) => w.id).toSorted()).toEqual([
    'audit-policy',
    'control-plane-flags',
    'encryption-config',
    'etcd-backup',
    'etcd-restore-drill',
    'kubelet-config',
  ])
})

it.each(OTHERS)('on %s each of them plans nothing and says what to do there instead', (distribution) => {
  const state: State = { ...SAMPLE, cluster: { ...SAMPLE.cluster, distribution } }
  for (const wizard of OURS) {
    let refusal: unknown
    try {
      wizard.plan(state, answersOf(wizard, state))
    } catch (error) {
      refusal = error
    }
    expect(refusal, wizard.id).toBeInstanceOf(HardenError)
    const { message, hint } = refusal as HardenError
    expect(message).toContain(`on ${distribution}`)
    // Something to type, to edit or to ask for: a path, a field, a command or a name of the provider's.
    expect(hint, wizard.id).toMatch(/.{40}/)
  }
})
