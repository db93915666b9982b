import type { z } from 'zod'
import type { KubeletSetting } from '#model/node.ts'
import type { Json } from '#model/refs.ts'
import { itemsOf, type State } from '#model/state.ts'
import { allNodes } from '../shared/node/questions.ts'
import { checkOf, type Opened } from '../shared/opened.ts'
import type { questions } from './questions.ts'
import { SETTING_IDS, SETTINGS } from './settings.ts'

/** What some kubelet does not have yet; the one of the finding where it is opened on one. */
export function defaults(state: State, finding?: Opened): Partial<z.input<typeof questions>> {
  const check = checkOf(finding)
  const opened = SETTING_IDS.find((id) => SETTINGS[id].check !== undefined && SETTINGS[id].check === check)
  const kubelets = itemsOf(state, 'kubelets')
  const missing = SETTING_IDS.filter((id) => SETTINGS[id].usual && kubelets.some((k) => !SETTINGS[id].done(k.config)))
  const settings = opened === undefined ? missing : [opened]
  return { way: 'by-hand', ...(settings.length === 0 ? {} : { settings }), nodes: allNodes(state) }
}

/** These fields as the kubelet of a node has them. */
export function nowOf(
  state: State,
  node: string,
  settings: readonly KubeletSetting[],
): { readonly settings: KubeletSetting[] } | undefined {
  const config = itemsOf(state, 'kubelets').find((k) => k.metadata.name === node)?.config
  if (config === undefined) return undefined
  return {
    settings: settings.flatMap(({ path }): KubeletSetting[] => {
      const value = path.reduce<unknown>(
        (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
        config,
      )
      return value === undefined ? [] : [{ path, value: value as Json }]
    }),
  }
}
