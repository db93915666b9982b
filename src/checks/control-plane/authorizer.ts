import type { Item } from '#model/kinds.ts'
import { flag, flagList, type Instance } from '#simulate/controlPlane.ts'
import type { ControlPlaneLists } from '#simulate/controlPlaneSight.ts'
import { given, type Verdict } from './flag.ts'

export const FILE_MESSAGE = {
  file: {
    en: 'The file of {saw} names the authorizers. It lies on the node, and the metrics show no decision that would prove this.',
  },
} as const

type Messages = 'good' | 'bad' | 'file'

/**
 * Is an authorizer in use? By --authorization-mode, whose default is AlwaysAllow alone; where --authorization-config replaces it
 * (1.29), by the decisions that the metrics of the API server count. They prove what is used, never what is not.
 */
export function authorizer(name: 'Node' | 'RBAC' | 'AlwaysAllow', wanted: boolean) {
  const verdict = (is: boolean, saw: string): Verdict<Messages> =>
    is === wanted ? { status: 'pass', message: 'good', saw } : { status: 'fail', message: 'bad', saw }
  return {
    judge: (instance: Instance, { apiServers }: Pick<ControlPlaneLists, 'apiServers'>): Verdict<Messages> => {
      if ((flag(instance, 'authorization-config') ?? '') === '') {
        const modes = flagList(instance, 'authorization-mode')
        return verdict((modes.length === 0 ? ['AlwaysAllow'] : modes).includes(name), given(instance, 'authorization-mode'))
      }
      const only = apiServers.length === 1 ? apiServers[0] : undefined
      return (only && used(only)) ?? { status: 'unknown', message: 'file', saw: given(instance, 'authorization-config') }
    },
    fromMetrics: (server: Item<'apiServers'>) => used(server),
  }
  function used({ authorizers }: Item<'apiServers'>): Verdict<Messages> | undefined {
    return authorizers.includes(name) ? verdict(true, `${name} in its metrics`) : undefined
  }
}
