import * as z from 'zod'
import { nodeQuestions, nodeTexts, nodeWhen } from '../shared/node/questions.ts'
import { SETTING_IDS, SETTINGS } from './settings.ts'

export const questions = z.strictObject({
  settings: z
    .array(z.enum(SETTING_IDS))
    .min(1, { error: 'choose at least one setting' })
    .refine((list) => new Set(list).size === list.length, { error: 'a setting is named twice' })
    .default(SETTING_IDS.filter((id) => SETTINGS[id].usual)),
  ...nodeQuestions,
})
export type KubeletAnswers = z.output<typeof questions>

export const when = nodeWhen

export const texts = {
  settings: {
    label: { en: 'What is set' },
    help: { en: `${SETTING_IDS.map((id) => `${id}: ${SETTINGS[id].does}`).join('; ')}.` },
  },
  ...nodeTexts,
} as const
