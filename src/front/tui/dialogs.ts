import { editLine } from './editLine.ts'
import type { Key } from './input.ts'
import type { Dialog, Ui } from './ui.ts'

type Confirm = Extract<Dialog, { kind: 'confirm' }>

/** One key while a dialog is open; the dialog takes all of them. */
export function dialogKey(ui: Ui, dialog: Dialog, key: Key): void {
  if (key === 'esc') ui.set({ dialog: undefined })
  else if (dialog.kind === 'notice') noticeKey(ui, key)
  else if (dialog.kind === 'confirm') confirmKey(ui, dialog, key)
  else promptKey(ui, dialog, key)
}

function noticeKey(ui: Ui, key: Key): void {
  if (key === 'enter' || key === ' ' || key === 'q') ui.set({ dialog: undefined })
}

function confirmKey(ui: Ui, dialog: Confirm, key: Key): void {
  const other = dialog.focus === 'cancel' ? 'yes' : 'cancel'
  if (key === 'tab' || key === 'shift-tab' || key === 'left' || key === 'right') ui.set({ dialog: { ...dialog, focus: other } })
  else if (key === 'enter') answer(ui, dialog)
  else if (dialog.typed !== undefined)
    ui.set({ dialog: { ...dialog, typed: { ...dialog.typed, text: typeName(dialog.typed.text, key), wrong: false } } })
  else if (key === 'n') ui.set({ dialog: undefined })
}

function typeName(text: string, key: Key): string {
  return editLine(text, [...text].length, key).text
}

function answer(ui: Ui, dialog: Confirm): void {
  const { typed, focus } = dialog
  if (focus === 'yes' && typed !== undefined && typed.text !== typed.expected) {
    ui.set({ dialog: { ...dialog, typed: { ...typed, wrong: true } } })
    return
  }
  ui.set({ dialog: undefined })
  if (focus === 'yes') dialog.run()
}

function promptKey(ui: Ui, dialog: Extract<Dialog, { kind: 'prompt' }>, key: Key): void {
  const { text, at } = editLine(dialog.text, dialog.at, key)
  if (key !== 'enter') ui.set({ dialog: { ...dialog, text, at } })
  else if (text.trim() !== '') {
    ui.set({ dialog: undefined })
    dialog.run(text.trim())
  }
}
