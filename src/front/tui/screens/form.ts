import { say } from '#model/text.ts'
import * as act from '../actions.ts'
import { drawForm } from '../form/draw.ts'
import { paste, typeKey } from '../form/edit.ts'
import type { Screen } from '../nav.ts'
import type { ScreenDef } from '../screen.ts'

type FormScreen = Extract<Screen, { name: 'form' }>

/** A form: takes every key, so that letters are answers. */
export const form: ScreenDef<FormScreen> = {
  crumb: (screen, ctx) => {
    const title = say(screen.form.spec.title, ctx.lang)
    return screen.form.row === undefined
      ? title
      : `${title} › ${say(screen.form.row.form.spec.title, ctx.lang)} #${screen.form.row.index + 1}`
  },
  body: (screen, ctx) => ({ kind: 'focus', ...drawForm(screen.form, ctx.lang, ctx.t, ctx) }),
  keys: (screen, ctx) => [
    { keys: [], show: 'Tab', label: ctx.t('next'), help: ctx.t('next question; Shift-Tab goes back'), run: () => undefined },
    {
      keys: [],
      show: 'Ctrl-S',
      label: screen.form.row !== undefined ? ctx.t('done') : screen.form.spec.kind === 'wizard' ? ctx.t('preview') : ctx.t('save'),
      run: () => undefined,
    },
    { keys: [], show: 'F1', label: ctx.t('help'), run: () => undefined },
    { keys: [], show: 'Esc', label: ctx.t('leave'), help: ctx.t('leave; asks first where answers would be lost'), run: () => undefined },
  ],
  type: (screen, ctx, key) => {
    const edited = typeKey(screen.form, key)
    ctx.ui.go({ do: 'patch', screen: { name: 'form', form: edited.form } })
    if (edited.next === 'leave') act.whenSaved(ctx.ui, () => ctx.ui.go({ do: 'pop' }))
    if (edited.next === 'submit') void act.submitForm(ctx.ui, edited.form)
    return true
  },
  paste: (screen, ctx, text) => ctx.ui.go({ do: 'patch', screen: { name: 'form', form: paste(screen.form, text) } }),
}
