import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import * as z from 'zod'
import { HardenError } from '#model/errors.ts'

/*
 * Files and merging are ours, not the client library's: its KubeConfig throws on a missing or doubled entry of KUBECONFIG
 * where kubectl goes on, drops as-groups and tokenFile, loses the CA of a context without user, and names no line of broken YAML.
 */

const text = z
  .string()
  .nullish()
  .transform((v) => (v === null || v === '' ? undefined : v))
const flag = z
  .boolean()
  .nullish()
  .transform((v) => v ?? false)

const cluster = z.object({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': flag,
  'tls-server-name': text,
  'proxy-url': text,
  extensions: z.array(z.object({ name: z.string(), extension: z.unknown() })).nullish(),
})

const exec = z.object({
  apiVersion: text,
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  installHint: text,
  provideClusterInfo: flag,
  interactiveMode: text,
})
export type ExecPlugin = z.infer<typeof exec>

const user = z.object({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  as: text,
  'as-uid': text,
  'as-groups': z.array(z.string()).nullish(),
  'as-user-extra': z.record(z.string(), z.array(z.string())).nullish(),
  exec: exec.nullish(),
  'auth-provider': z.object({ name: z.string(), config: z.record(z.string(), z.string()).nullish() }).nullish(),
})

const context = z.object({ cluster: text, user: text, namespace: text })

/** A named list whose entries keep their value under `key`; an entry without one is empty (kubectl accepts that). */
const named = <T extends z.ZodType>(key: string, value: T) => {
  const rename = (entry: unknown) => (isRecord(entry) ? { name: entry.name, value: entry[key] ?? {} } : entry)
  return z.preprocess((list) => (Array.isArray(list) ? list.map(rename) : (list ?? [])), z.array(z.object({ name: z.string(), value })))
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const config = z.object({
  'current-context': text,
  clusters: named('cluster', cluster),
  users: named('user', user),
  contexts: named('context', context),
})

export type ClusterEntry = z.infer<typeof cluster>
export type UserEntry = z.infer<typeof user>
export type ContextEntry = z.infer<typeof context>

/** All files as one: of each name the first definition, with every path made absolute. */
export interface MergedConfig {
  /** Where it came from, for messages. */
  readonly origin: string
  readonly currentContext?: string
  readonly clusters: ReadonlyMap<string, ClusterEntry>
  readonly users: ReadonlyMap<string, UserEntry>
  readonly contexts: ReadonlyMap<string, ContextEntry>
}

/** Reads and merges kubeconfig files the way kubectl does. A missing file is skipped, unless `required`. Throws `kubeconfig`. */
export async function readMerged(files: readonly string[], required: boolean): Promise<MergedConfig> {
  const clusters = new Map<string, ClusterEntry>()
  const users = new Map<string, UserEntry>()
  const contexts = new Map<string, ContextEntry>()
  const read: string[] = []
  let currentContext: string | undefined
  for (const file of files) {
    const found = await readOne(file, required)
    if (found === undefined) continue
    read.push(file)
    currentContext ??= found['current-context']
    for (const { name, value } of found.clusters) setFirst(clusters, name, clusterAt(file, value))
    for (const { name, value } of found.users) setFirst(users, name, userAt(file, value))
    for (const { name, value } of found.contexts) setFirst(contexts, name, value)
  }
  return { origin: (read.length > 0 ? read : files).join(', '), currentContext, clusters, users, contexts }
}

function setFirst<V>(map: Map<string, V>, key: string, value: V): void {
  if (!map.has(key)) map.set(key, value)
}

async function readOne(file: string, required: boolean): Promise<z.infer<typeof config> | undefined> {
  let content: string
  try {
    content = await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT' && !required) return undefined
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder, not a file' : `cannot be read (${code})`
    throw new HardenError(
      'kubeconfig',
      `The kubeconfig ${file} ${why}.`,
      'Check the path given by --kubeconfig or KUBECONFIG, or use --practice to work without a cluster.',
    )
  }
  return content.trim() === '' ? config.parse({}) : parseConfig(file, content)
}

/** Parses one file; errors name file and line, and never quote its content (it holds credentials). */
export function parseConfig(file: string, content: string): z.infer<typeof config> {
  const lines = new LineCounter()
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const problem = document.errors[0]
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0])
    throw new HardenError(
      'kubeconfig',
      `${file}:${line}:${col}: this is not valid YAML (${problem.code.toLowerCase().replaceAll('_', ' ')}).`,
      "Repair this line, or write the file anew with your cloud's or kubeadm's command.",
    )
  }
  const parsed = config.safeParse(document.toJS() ?? {})
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') ?? ''
  throw new HardenError(
    'kubeconfig',
    `${file}${where === '' ? '' : `: ${where}`}: ${issue?.message ?? 'not a kubeconfig'}.`,
    'This is not a kubeconfig that kubectl would read. Compare with: kubectl config view',
  )
}

function clusterAt(file: string, entry: ClusterEntry): ClusterEntry {
  return { ...entry, 'certificate-authority': absolute(file, entry['certificate-authority']) }
}

function userAt(file: string, entry: UserEntry): UserEntry {
  return {
    ...entry,
    'client-certificate': absolute(file, entry['client-certificate']),
    'client-key': absolute(file, entry['client-key']),
    tokenFile: absolute(file, entry.tokenFile),
    // A bare command is looked up in PATH; one with a slash stands relative to the kubeconfig (client-go).
    exec: entry.exec
      ? { ...entry.exec, command: /[/\\]/.test(entry.exec.command) ? (absolute(file, entry.exec.command) ?? '') : entry.exec.command }
      : undefined,
  }
}

function absolute(file: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : path.resolve(path.dirname(file), value)
}
