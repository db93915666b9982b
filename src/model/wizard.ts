import type { z } from 'zod'
import type { Area } from './areas.ts'
import type { JudgedFinding } from './assessment.ts'
import type { Change, Impact } from './change.ts'
import type { Kind } from './kinds.ts'
import { type Answers, type Conditions, type Field, type FieldText, type Questions, toFields } from './questions.ts'
import type { State } from './state.ts'
import type { Text } from './text.ts'

/** The finding that a wizard is opened on, and the check it belongs to. */
export type Opened = Pick<JudgedFinding, 'object' | 'path' | 'params'> & { readonly check?: string }

/** The lines of a file on this machine. @throws HardenError `input` where it cannot be read */
export type ReadLines = (file: string) => AsyncIterable<string>

interface Definition<Q extends Questions> {
  readonly id: string
  readonly area: Area
  readonly title: Text
  /** What it does to which objects, in two or three sentences. */
  readonly summary: Text
  /** Ids of the checks that it turns to pass. Said here and nowhere else. */
  readonly fixes: readonly string[]
  /** Kinds that `defaults`, `plan` and `impact` look at. */
  readonly reads: readonly Kind[]
  readonly questions: Q
  readonly texts: { readonly [F in keyof z.input<Q>]-?: FieldText }
  readonly when?: Conditions
  /**
   * Filled from the cluster, so that Enter is the safe answer; from a finding where the wizard is opened on one. `given`
   * are answers that stand already (flags, what was typed): the other defaults follow them.
   */
  readonly defaults: (state: State, finding?: Opened, given?: Answers) => Partial<z.input<Q>>
  /** Pure. Throws HardenError `input` where the answers do not fit this cluster. */
  readonly plan: (state: State, answers: z.output<Q>) => readonly Change[]
  readonly impact?: (state: State, answers: z.output<Q>) => readonly Impact[]
  /** Impact that only a file of the operator's tells, which the answers name; read line by line, however large it is. */
  readonly measure?: (state: State, answers: z.output<Q>, lines: ReadLines) => Promise<readonly Impact[]>
  /** Templates of other wizards that it renders, such as `rbac-role/role`; its own are those in `templates/<id>/`. */
  readonly borrows?: readonly string[]
  /** It can plan changes on nodes, made by a guard. */
  readonly onNodes?: boolean
  /** The ConfigMap of kube-system that says the same afterwards, so that kubeadm keeps a change on nodes at the next upgrade. */
  readonly keptIn?: 'kubeadm-config' | 'kubelet-config'
  /** True, or what does not come back, said before yes. */
  readonly reversible: true | Text
}

/** A wizard as the rest of the program knows it. */
export interface Wizard extends Omit<Definition<Questions>, 'texts' | 'defaults' | 'plan' | 'impact' | 'measure'> {
  readonly fields: readonly Field[]
  readonly texts: { readonly [field: string]: FieldText }
  readonly defaults: (state: State, finding?: Opened, given?: Answers) => Answers
  readonly plan: (state: State, answers: Answers) => readonly Change[]
  readonly impact: (state: State, answers: Answers) => readonly Impact[]
  readonly measure: (state: State, answers: Answers, lines: ReadLines) => Promise<readonly Impact[]>
}

/** Declares a wizard; its questions are read into fields once, here, so that a wrong question fails at registration. */
export function defineWizard<Q extends Questions>(definition: Definition<Q>): Wizard {
  const fields = toFields(definition.questions)
  for (const [name, condition] of Object.entries(definition.when ?? {})) {
    const hidden = fields.find((f) => f.name === name)
    if (hidden === undefined) throw new Error(`${definition.id}: condition on an unknown field ${name}`)
    if (!hidden.optional) throw new Error(`${definition.id}: ${name} can be hidden and must be optional or have a default`)
    for (const other of Object.keys(condition))
      if (!fields.some((f) => f.name === other)) throw new Error(`${definition.id}: ${name} depends on an unknown field ${other}`)
  }
  return {
    ...definition,
    fields,
    texts: definition.texts as Wizard['texts'],
    defaults: definition.defaults as Wizard['defaults'],
    plan: (state, answers) => definition.plan(state, answers as z.output<Q>),
    impact: (state, answers) => definition.impact?.(state, answers as z.output<Q>) ?? [],
    measure: async (state, answers, lines) => (await definition.measure?.(state, answers as z.output<Q>, lines)) ?? [],
  }
}

/** The same answers with everything on nodes done by hand, which is what a folder can hold; undefined where they say so already. */
export function byHand({ onNodes }: Pick<Wizard, 'onNodes'>, answers: Answers): Answers | undefined {
  return onNodes === true && answers.way === 'guard' ? { ...answers, way: 'by-hand' } : undefined
}

/** The field manager of a wizard's server-side applies; one each, so that one wizard never removes what another set. */
export function fieldManager(wizard: string): string {
  return `kubeharden:${wizard}`
}
