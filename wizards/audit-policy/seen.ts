import type { z } from 'zod'
import { itemsOf, type State } from '#model/state.ts'
import { controlPlane, flag, type Instance } from '#simulate/controlPlane.ts'
import type { questions } from './questions.ts'

/** The API servers' static pods; none where they cannot be seen. */
export function apiServers(state: State): readonly Instance[] {
  return controlPlane(itemsOf(state, 'pods'), 'kube-apiserver') ?? []
}

/** Folders and numbers that are in use stay. */
export function defaults(state: State): Partial<z.input<typeof questions>> {
  const [server] = apiServers(state)
  const number = (name: string, least: number) => {
    const value = Number((server && flag(server, name)) ?? 0)
    return Number.isInteger(value) && value >= least ? value : undefined
  }
  return {
    way: 'by-hand',
    record: ['exec', 'secrets', 'rbac', 'workloads', 'sign-in'],
    ...defined({
      maxAgeDays: number('audit-log-maxage', 30),
      maxBackup: number('audit-log-maxbackup', 10),
      maxSizeMb: number('audit-log-maxsize', 100),
    }),
  }
}

function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> }
}
