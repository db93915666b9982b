import { setTimeout as sleep } from 'node:timers/promises'
import type { AdmissionDoor, AskedOperation, DryRunAnswer, ListedName, Served } from '#model/admission.ts'
import { HardenError } from '#model/errors.ts'
import { madeAgain } from '#simulate/admission/birth.ts'
import { alwaysAlive, type Heard, hear, managerOf, partsOf } from '#simulate/admission/copy.ts'
import { type Ask, selectorText } from '#simulate/admission/select.ts'
import { paramResource, type Trial } from './admissionTrials.ts'

/** How long a new policy may take until every API server uses it, and how long is waited when one should already. */
const UNTIL_IN_FORCE_MS = 30_000
const AGAIN_MS = 8000
const PAUSE_MS = 250
/** The API server cuts warnings off at 4096 characters in all: near that, what was not said proves nothing. */
const MUCH = 3500
/** After so many objects that nobody judged, the others are asked once each. */
const ENOUGH = 3
/** How often a silence is tried again that may come from an API server which does not use the policy yet. */
const TIMES = 4

/** What the API server made of one object. */
export type Judgement =
  | { readonly kind: 'judged'; readonly messages: readonly string[]; readonly failing: readonly string[] }
  /** There is no parameter object to judge it with, and the binding refuses it for that. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The same, and the binding lets it through for that. */
  | { readonly kind: 'let-through' }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'gone' }

/** Asks about objects under one trial. Silence is believed only together with the witnesses of the very same answer. */
export class Judge {
  readonly #door: AdmissionDoor
  readonly #trial: Trial
  readonly #served: Served
  readonly #signal: AbortSignal | undefined
  readonly #params = new Map<string, Promise<ReadonlySet<string>>>()
  #seenInForce = false
  #unjudged = 0

  constructor(door: AdmissionDoor, trial: Trial, served: Served, signal?: AbortSignal) {
    this.#door = door
    this.#trial = trial
    this.#served = served
    this.#signal = signal
  }

  async judge(ask: Ask, object: ListedName, operation: AskedOperation): Promise<Judgement> {
    const params = await this.#expected(ask.resource.namespaced ? object.namespace : undefined)
    if ('kind' in params) return params
    const until = performance.now() + (this.#unjudged >= ENOUGH ? 0 : this.#seenInForce ? AGAIN_MS : UNTIL_IN_FORCE_MS)
    for (;;) {
      const said = await this.#once(ask, object, operation, params)
      if (said !== undefined) {
        if (said.kind === 'judged') [this.#seenInForce, this.#unjudged] = [true, 0]
        return said
      }
      if (performance.now() >= until) break
      await sleep(PAUSE_MS, undefined, this.#signal === undefined ? {} : { signal: this.#signal }).catch(stopped)
    }
    this.#unjudged += 1
    return { kind: 'unknown', reason: 'the API server did not judge it by the policy: it is not in force there, or matches differently' }
  }

  /** Undefined: this API server does not use the policy yet. */
  async #once(ask: Ask, object: ListedName, operation: AskedOperation, params: ReadonlySet<string>): Promise<Judgement | undefined> {
    const first = await this.#send(ask, object, operation, false)
    if (first.gone) return { kind: 'gone' }
    const heard = hear(first.warnings, this.#trial.mark)
    if (everywhere(heard, params, 'all')) return { kind: 'judged', messages: heard.messages, failing: [] }
    if (first.refused !== undefined && heard.witnessed.size === 0) return { kind: 'unknown', reason: first.refused }
    // Silent because it is not in force yet is no error of an expression, even where it is in force a moment later.
    const known = alwaysAlive(this.#trial.policy.spec)
    if (known && !everywhere(heard, params, 'alive')) return undefined
    const second = await this.#send(ask, object, operation, true)
    if (second.gone) return { kind: 'gone' }
    const each = hear(second.warnings, this.#trial.mark)
    if (!everywhere(each, params, 'alive')) return undefined
    const failing = this.#failing(each, params, second)
    if (!known && failing.length > 0) {
      const whole = await this.#wholeAfterAll(ask, object, operation, params)
      if (whole !== undefined) return whole
    }
    return { kind: 'judged', messages: each.messages, failing }
  }

  /** Where the first answer could not say whether the policy was in force: asked again now that it is. */
  async #wholeAfterAll(
    ask: Ask,
    object: ListedName,
    operation: AskedOperation,
    params: ReadonlySet<string>,
  ): Promise<Judgement | undefined> {
    for (let i = 0; i < TIMES; i += 1) {
      const { gone, warnings } = await this.#send(ask, object, operation, false)
      if (gone) return { kind: 'gone' }
      const heard = hear(warnings, this.#trial.mark)
      if (everywhere(heard, params, 'all')) return { kind: 'judged', messages: heard.messages, failing: [] }
      await sleep(PAUSE_MS, undefined, this.#signal === undefined ? {} : { signal: this.#signal }).catch(stopped)
    }
    return undefined
  }

  #send(ask: Ask, object: ListedName, operation: AskedOperation, each: boolean): Promise<DryRunAnswer> {
    const options = { fieldManager: managerOf(this.#trial.mark, each), ...(this.#signal === undefined ? {} : { signal: this.#signal }) }
    return operation === 'UPDATE'
      ? this.#door.touch(ask.resource, object, options)
      : this.#door.makeAgain(ask.resource, object, madeAgain, options)
  }

  /** Which expressions left no witness. */
  #failing(heard: Heard, params: ReadonlySet<string>, { warnings }: DryRunAnswer): readonly string[] {
    const { spec } = this.#trial.policy
    const parts = [
      ...((spec.matchConditions ?? []).length === 0 ? [] : [{ code: 'met', field: 'spec.matchConditions' }]),
      ...partsOf(spec).map(({ field }, i) => ({ code: `${i}`, field })),
    ]
    const missing = parts.filter(({ code }) => !everywhere(heard, params, code)).map(({ field }) => field)
    const cut = warnings.reduce((sum, text) => sum + text.length, 0) > MUCH
    return missing.length > 0 && cut ? ['one of its expressions'] : missing
  }

  /** The parameter objects with which it is to be judged; what becomes of it where there are none. */
  async #expected(namespace: string | undefined): Promise<ReadonlySet<string> | Judgement> {
    const { policy, binding } = this.#trial
    const ref = binding?.paramRef
    if (policy.spec.paramKind === undefined || ref === undefined) return new Set([''])
    const resource = paramResource(policy.spec.paramKind, this.#served)
    const place = resource?.namespaced ? (ref.namespace ?? namespace) : undefined
    if (resource === undefined || (resource.namespaced && place === undefined))
      return { kind: 'unknown', reason: 'its parameters are looked for in the namespace of the object, and it has none' }
    const found = await this.#paramsIn(place)
    if (found.size > 0) return found
    if (ref.parameterNotFoundAction === 'Allow' || policy.spec.failurePolicy === 'Ignore') return { kind: 'let-through' }
    const where = place === undefined ? '' : ` in namespace ${place}`
    return { kind: 'refused', reason: `there is no parameter object for it${where}, and parameterNotFoundAction Deny refuses it therefore` }
  }

  #paramsIn(namespace: string | undefined): Promise<ReadonlySet<string>> {
    const key = namespace ?? ''
    const known = this.#params.get(key) ?? this.#readParams(namespace)
    this.#params.set(key, known)
    return known
  }

  async #readParams(namespace: string | undefined): Promise<ReadonlySet<string>> {
    const ref = this.#trial.binding?.paramRef
    const resource = paramResource(this.#trial.policy.spec.paramKind, this.#served)
    if (resource === undefined) return new Set()
    const own = this.#trial.objects.some((o) => o.kind === 'ConfigMap')
    const wanted = own ? this.#trial.objects[0]?.metadata.name : ref?.name
    const found = new Set<string>()
    const labels = selectorText([ref?.selector])
    const options = { ...(namespace === undefined ? {} : { namespace }), ...(labels === undefined ? {} : { labels }) }
    for await (const page of this.#door.names(resource, { ...options, ...(this.#signal === undefined ? {} : { signal: this.#signal }) }))
      for (const { name } of page) if (wanted === undefined || wanted === name) found.add(`${namespace ?? ''}/${name}`)
    return found
  }
}

function stopped(cause: unknown): never {
  throw new HardenError('interrupted', 'Stopped.', 'Run it again when you are ready.', { cause })
}

function everywhere({ witnessed }: Heard, params: ReadonlySet<string>, code: string): boolean {
  return [...params].every((param) => witnessed.get(param)?.has(code) === true)
}
