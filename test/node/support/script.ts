import { bundleOf, runId } from '../../../src/change/node/bundle.ts'
import type { NodeFile, NodeOutcome, NodePlan } from '../../../src/model/node.ts'
import type { Ran, TestNode } from '../../cluster/node/node.ts'

const AT = '/root/kubeharden-script'

export type Command = '--apply' | '--undo' | '--status'

/** Puts the folder of a plan onto the node, as an operator would copy it there. */
export async function putScript(node: TestNode, of: NodePlan): Promise<void> {
  const text = ({ content }: NodeFile) => (content.kind === 'text' ? content.text : '')
  await node.must(['rm', '-rf', AT])
  for (const file of bundleOf(of, node.name, runId(of, node.name), { text }))
    await node.must(['sh', '-c', 'umask 077; mkdir -p "$(dirname "$1")"; cat > "$1"', 'put', `${AT}/${file.path}`], { input: file.text })
}

/** Runs what was put there. */
export function execScript(node: TestNode, command?: Command): Promise<Ran> {
  return node.exec(['sh', `${AT}/kubeharden-node.sh`, ...(command === undefined ? [] : [command])], { within: 500 })
}

/** The last line of the script. */
export function outcomeOf({ code, stdout, stderr }: Ran): NodeOutcome & { readonly code: number } {
  const last = stdout.trim().split('\n').at(-1) ?? ''
  if (!last.startsWith('{')) throw new Error(`the script ended with ${code}: ${stderr}${stdout}`)
  return { ...(JSON.parse(last) as NodeOutcome), code }
}

export async function runScript(node: TestNode, of: NodePlan, command?: Command) {
  await putScript(node, of)
  return outcomeOf(await execScript(node, command))
}

/** Ends the script that is at work on the node. */
export async function signalScript(node: TestNode, signal: 'INT' | 'TERM' | 'KILL'): Promise<void> {
  await node.must(['pkill', `-${signal}`, '-f', `^sh ${AT}/kubeharden-node.sh`])
}

export const clearScript = (node: TestNode) => node.exec(['rm', '-rf', AT])

const ENC = '/etc/kubernetes/enc-test'

/** What puts an EncryptionConfiguration for Secrets in force, in parts. */
export const ENCRYPTION = {
  folder: { path: ENC, mode: 0o700 },
  flag: { name: 'encryption-provider-config', value: `${ENC}/encryption-config.yaml` },
  mount: { name: 'enc-test', hostPath: ENC, mountPath: ENC, readOnly: true, type: 'Directory' },
  file: (...providers: readonly string[]): NodeFile => ({
    path: `${ENC}/encryption-config.yaml`,
    mode: 0o600,
    kind: 'encryption-configuration',
    content: {
      kind: 'text',
      text: `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources:
      - secrets
    providers:
${providers.join('\n')}
`,
    },
  }),
} as const

export const IDENTITY = '      - identity: {}'

/** @param bytes 32 are right */
export const secretbox = (bytes: number) =>
  `      - secretbox:
          keys:
            - name: key1
              secret: ${Buffer.alloc(bytes, 1).toString('base64')}`
