import { spawn } from 'node:child_process'
import * as z from 'zod'
import { HardenError } from '#model/errors.ts'
import { redactArgs } from '#model/objects/redact.ts'
import { safe } from '#model/text.ts'
import { parseJson } from './api-error.ts'
import type { Env } from './kubeconfig.ts'
import type { ClusterEntry, ExecPlugin } from './kubeconfig-file.ts'

/*
 * Credential plugins (client.authentication.k8s.io). The client library's runner tells a plugin nothing of the cluster
 * (no KUBERNETES_EXEC_INFO), leaves its standard input open so that one that asks waits for ever, and cannot be stopped.
 */

const credential = z.object({
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
})
export type ExecCredential = z.infer<typeof credential>['status']

const TIMEOUT_MS = 60_000
/** An ExecCredential is some kilobytes; more than this is none. */
const MOST_OUTPUT = 4 * 1024 * 1024
const DEFAULT_API = 'client.authentication.k8s.io/v1'

/** Runs the plugin once. Whatever goes wrong throws `credentials` with the last lines that it said. */
export async function runExecPlugin(plugin: ExecPlugin, cluster: ClusterEntry, env: Env, timeoutMs = TIMEOUT_MS): Promise<ExecCredential> {
  if (plugin.interactiveMode === 'Always')
    throw failed(
      plugin,
      'wants to ask questions in a terminal of its own',
      'Use its mode without questions (interactiveMode IfAvailable), or a token.',
    )
  const { stdout, stderr, code } = await run(plugin, { ...env, ...pluginEnv(plugin, cluster) }, timeoutMs)
  if (code !== 0)
    throw failed(
      plugin,
      `ended with ${code}${lastLines(stderr)}`,
      `Run it by hand to see more, and log in again if it asks for that.${installHint(plugin)}`,
    )
  const parsed = credential.safeParse(parseJson(stdout))
  if (!parsed.success)
    throw failed(plugin, `printed no ExecCredential${lastLines(stderr)}`, 'Check its version and its arguments in the kubeconfig.')
  const { token, clientCertificateData, clientKeyData } = parsed.data.status
  if (token === undefined && (clientCertificateData === undefined || clientKeyData === undefined))
    throw failed(plugin, 'gave neither a token nor a certificate with its key', 'Check its version and its arguments in the kubeconfig.')
  return parsed.data.status
}

function pluginEnv(plugin: ExecPlugin, cluster: ClusterEntry): Record<string, string> {
  const config = cluster.extensions?.find((extension) => extension.name === 'client.authentication.k8s.io/exec')?.extension
  const spec = {
    interactive: false,
    ...(plugin.provideClusterInfo
      ? {
          cluster: {
            server: cluster.server,
            'tls-server-name': cluster['tls-server-name'],
            'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] || undefined,
            'certificate-authority-data': cluster['certificate-authority-data'],
            'proxy-url': cluster['proxy-url'],
            config,
          },
        }
      : {}),
  }
  const info = JSON.stringify({ apiVersion: plugin.apiVersion ?? DEFAULT_API, kind: 'ExecCredential', spec })
  return { ...Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value])), KUBERNETES_EXEC_INFO: info }
}

function run(plugin: ExecPlugin, env: Env, timeoutMs: number): Promise<{ stdout: string; stderr: string; code: number | string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(plugin.command, plugin.args ?? [], { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    const said = { stdout: '', stderr: '' }
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      // A grandchild may hold the pipes open: without this `close` would wait for it.
      child.stdout.destroy()
      child.stderr.destroy()
      reject(
        failed(
          plugin,
          `gave no answer within ${Math.round(timeoutMs / 1000)} seconds${lastLines(said.stderr)}`,
          'Run it by hand: it may wait for a login in the browser.',
        ),
      )
    }, timeoutMs)
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (said.stdout.length < MOST_OUTPUT) said.stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said.stderr = (said.stderr + chunk).slice(-16_384)
    })
    child.on('error', (error) => {
      clearTimeout(timer)
      const missing = 'code' in error && error.code === 'ENOENT'
      const hint = `Install it or put its folder into PATH.${installHint(plugin)}`
      reject(failed(plugin, missing ? 'was not found' : `could not be started (${'code' in error ? String(error.code) : 'error'})`, hint))
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ ...said, code: code ?? signal ?? 1 })
    })
  })
}

function failed(plugin: ExecPlugin, what: string, hint: string): HardenError {
  return new HardenError('credentials', `The credential plugin "${safe(plugin.command)}" ${what}.`, hint)
}

function installHint(plugin: ExecPlugin): string {
  return plugin.installHint === undefined ? '' : ` ${safe(plugin.installHint.trim()).slice(0, 400)}`
}

/** The last lines of what a plugin said, with what looks like a credential taken out. */
function lastLines(stderr: string): string {
  const lines = stderr
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-3)
  return lines.length === 0 ? '' : `: ${redactArgs(lines).map(hideTokens).map(safe).join(' / ')}`
}

/** Tokens and keys in the middle of a sentence. */
function hideTokens(line: string): string {
  return line.replace(/\beyJ[\w-]{10,}(?:\.[\w-]+)*|\b(?:[A-Za-z0-9+/_-]{40,})={0,2}/g, '[redacted]').slice(0, 300)
}
