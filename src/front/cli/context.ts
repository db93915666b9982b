import { type Command, Option } from 'commander'
import type { AuditLine } from '#model/audit.ts'
import type { Check } from '#model/check.ts'
import { HardenError } from '#model/errors.ts'
import type { KubeObject } from '#model/refs.ts'
import type { State } from '#model/state.ts'
import type { Text } from '#model/text.ts'
import type { Wizard } from '#model/wizard.ts'
import type { SessionDeps } from '#session/deps.ts'
import type { Target } from '#session/types.ts'
import type { Io } from './io.ts'

/** The global flags, as kubectl's where kubectl has them. */
export interface Globals {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
  readonly as?: string
  readonly asGroup?: readonly string[]
  readonly requestTimeout?: string
  readonly from?: string
  readonly practice?: boolean
  readonly decisions?: string
  readonly output?: string
  readonly out?: string
  readonly color?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

/** One tier of rights, for `permissions`. */
export interface PermissionTier {
  readonly id: string
  readonly title: Text
  readonly risk: Text
  readonly objects: readonly KubeObject[]
}

/** What main hands the command line. */
export interface CliDeps {
  readonly version: string
  readonly checks: readonly Check[]
  readonly wizards: readonly Wizard[]
  /** Doors for these flags; nothing is connected yet. */
  readonly session: (globals: Globals, options: { readonly readOnly: boolean }) => SessionDeps
  /** The full-screen or the line session. */
  readonly startSession: (globals: Globals, options: { readonly line: boolean; readonly readOnly: boolean }) => Promise<number>
  readonly permissions: () => Promise<readonly PermissionTier[]>
  /** The script that an operator runs on a node. */
  readonly evidenceScript: () => Promise<string>
  /** Objects of a file, a folder or standard input (`-`). */
  readonly readManifests: (path: string) => Promise<readonly KubeObject[]>
  /** The same, each with its file and line. */
  readonly locateManifests: (path: string) => Promise<readonly { readonly object: KubeObject; readonly at: string }[]>
  /** The events of audit logs, line by line, from their beginning. */
  readonly readAuditLogs: (paths: readonly string[], signal?: AbortSignal) => AsyncIterable<AuditLine>
  /** A state in which nothing was seen, for generating without a cluster. */
  readonly emptyState: () => State
}

export interface Ctx {
  readonly io: Io
  readonly deps: CliDeps
  /** Set by the verb that ran. */
  exit(code: number): void
}

export function addGlobals(program: Command): void {
  program
    .option('--kubeconfig <file>', 'path of the kubeconfig')
    .option('--context <name>', 'kubeconfig context')
    .option('-n, --namespace <name>', 'namespace, where only one may be seen')
    .option('--as <user>', 'impersonate a user')
    .addOption(new Option('--as-group <group...>', 'impersonate a group'))
    .option('--request-timeout <time>', 'limit for one request, such as 30s')
    .option('--from <path>', 'a snapshot, or a file or folder of manifests, in place of a live cluster')
    .option('--practice', 'the bundled practice cluster, in place of a live one')
    .option('--decisions <where>', 'accepted risks and attestations of a team: a file, or configmap:NAMESPACE/NAME')
    .option('--no-color', 'no colours')
    .option('-q, --quiet', 'only results')
    .option('-v, --verbose', 'causes of errors')
}

/** Where these flags point to. */
export function targetOf(globals: Globals): Target {
  if (globals.practice === true && globals.from !== undefined)
    throw new HardenError('usage', '--practice and --from exclude each other.', 'Give one of them.')
  if (globals.practice === true) return { kind: 'practice' }
  if (globals.from !== undefined) return { kind: 'from', path: globals.from }
  return { kind: 'context', ...(globals.context === undefined ? {} : { context: globals.context }) }
}

/** One of `allowed`, or an error that names them. */
export function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((a) => a === value)
  if (found !== undefined) return found
  throw new HardenError('usage', `${flag} ${value} is not known.`, `Known are ${allowed.join(', ')}.`)
}
