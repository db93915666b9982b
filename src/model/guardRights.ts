/** A right on a resource in all namespaces; `resource` may be a subresource such as `pods/exec`. */
export interface GuardRight {
  readonly verb: string
  readonly group: string
  readonly resource: string
}

/**
 * All that a session needs for guards on nodes. Their namespaces are made for them, so that only rights in all namespaces
 * will do. Together they are as good as root on every node.
 */
export const GUARD_RIGHTS: readonly GuardRight[] = [
  ...['get', 'list'].map((verb) => ({ verb, group: '', resource: 'nodes' })),
  ...['get', 'list', 'create', 'delete'].map((verb) => ({ verb, group: '', resource: 'namespaces' })),
  { verb: 'create', group: 'batch', resource: 'jobs' },
  ...['get', 'list'].map((verb) => ({ verb, group: '', resource: 'pods' })),
  // Since 1.35 a WebSocket is let through by create, before by get.
  ...['get', 'create'].map((verb) => ({ verb, group: '', resource: 'pods/exec' })),
]

/** What it is good to have: the guard's lines, and why its pod is not made. The outcome is learnt without them. */
export const GUARD_EXTRAS: readonly GuardRight[] = [
  { verb: 'get', group: '', resource: 'pods/log' },
  { verb: 'list', group: '', resource: 'events' },
]
