import type { Answers } from '#model/questions.ts'
import { answersOf, BUTTON, draftsOf, type FormState, focusOn, visibleFields } from './state.ts'

/** What nobody touched takes what is suggested for the answers that were given; what was typed stays. */
export function follow(form: FormState): FormState {
  const { suggest } = form.spec
  const touched = <T>(all: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(all).filter(([n]) => form.touched.includes(n)))
  const given = touched(answersOf(form))
  if (suggest === undefined || JSON.stringify(given) === JSON.stringify(form.followed)) return form
  const origin = suggested(suggest, given)
  if (origin === undefined) return form
  const drafts = { ...draftsOf(form.spec, origin), ...touched(form.drafts) }
  return refocused(form, { ...form, origin, followed: given, drafts, problems: touched(form.problems) })
}

/** Answers half way through may make no sense to a wizard yet: then the suggestions stay as they are. */
function suggested(suggest: (given: Answers) => Answers, given: Answers): Answers | undefined {
  try {
    return suggest(given)
  } catch {
    return undefined
  }
}

/** A focused question that is no longer asked gives the focus to one after it; a new suggestion puts the cursor behind it. */
function refocused(before: FormState, form: FormState): FormState {
  if (form.focus === BUTTON || form.touched.includes(form.focus)) return form
  const names = visibleFields(form).map((f) => f.name)
  const old = visibleFields(before).map((f) => f.name)
  const next = old.slice(old.indexOf(form.focus)).find((name) => names.includes(name))
  return focusOn(form, next ?? BUTTON)
}
