import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import type { TestNode } from '../../cluster/node/node.ts'

/** A node whose files a test changes. */
export type EditableNode = Pick<TestNode, 'name' | 'exec' | 'must'>

export type Component = 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'etcd'

interface Manifest {
  spec: { containers: [{ command: string[] }] }
}

const MANIFESTS = '/etc/kubernetes/manifests'
const KUBELET = '/var/lib/kubelet/config.yaml'
const PATIENCE_MS = 240_000

/** Changes the command of a static pod, waits until the new container runs, and gives back what takes the change back. */
export async function editCommand(
  node: EditableNode,
  component: Component,
  change: (words: readonly string[]) => readonly string[],
): Promise<() => Promise<void>> {
  const file = `${MANIFESTS}/${component}.yaml`
  const before = await node.must(['cat', file])
  const swap = async (text: string) => {
    const old = await containerId(node, component).catch(() => undefined) // the API may be away
    await replaceFile(node, file, text)
    await eventually(`${component} with its new command`, async () => {
      const now = await running(node, component)
      return (
        now !== undefined && now.id !== old && now.command.join('\n') === (parse(text) as Manifest).spec.containers[0].command.join('\n')
      )
    })
  }
  const manifest = parse(before) as Manifest
  const [container] = manifest.spec.containers
  container.command = [...change(container.command)]
  return changed(swap, stringify(manifest), before)
}

/** Changes the kubelet's configuration file, restarts it, waits until /configz shows it, and gives back what takes it back. */
export async function editKubelet(node: EditableNode, change: (config: Record<string, unknown>) => void): Promise<() => Promise<void>> {
  const before = await node.must(['cat', KUBELET])
  const swap = async (text: string) => {
    const old = await kubeletPid(node)
    await replaceFile(node, KUBELET, text)
    await node.must(['kill', '-TERM', old])
    await eventually('the kubelet restarted and its node Ready', async () => {
      if ((await kubeletPid(node)) === old) return false
      await node.must(['kubectl', 'get', '--raw', `/api/v1/nodes/${node.name}/proxy/configz`])
      const ready = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
      return (await node.must(['kubectl', 'get', 'node', node.name, '-o', ready])) === 'True'
    })
  }
  const config = parse(before) as Record<string, unknown>
  change(config)
  return changed(swap, stringify(config), before)
}

/** What does not come up in time is taken back at once: the next test needs the node. */
async function changed(swap: (text: string) => Promise<void>, after: string, before: string): Promise<() => Promise<void>> {
  try {
    await swap(after)
  } catch (error) {
    await swap(before)
    throw error
  }
  return () => swap(before)
}

/** `--flag=value` put in place of what was there; undefined takes the flag out. */
export function setFlag(name: string, value: string | undefined) {
  return (words: readonly string[]): readonly string[] => [
    ...words.filter((word) => word !== `--${name}` && !word.startsWith(`--${name}=`)),
    ...(value === undefined ? [] : [`--${name}=${value}`]),
  ]
}

/** By rename, from a file beside the folder: the kubelet reads whatever lies in it. */
async function replaceFile(node: EditableNode, file: string, text: string): Promise<void> {
  const temporary = '/etc/kubernetes/.kubeharden-test'
  const target = file.startsWith('/etc/kubernetes/') ? temporary : `${file}.kubeharden-test`
  await node.must(['sh', '-c', `umask 077; cat > ${target} && mv ${target} ${file}`], { input: text })
}

async function kubeletPid(node: EditableNode): Promise<string> {
  return (await node.exec(['pidof', 'kubelet'])).stdout.trim()
}

interface PodNow {
  readonly spec: { readonly containers: readonly { readonly command: readonly string[] }[] }
  readonly status: { readonly containerStatuses?: readonly { readonly ready: boolean; readonly containerID?: string }[] }
}

/** The ready container of a component; undefined where it is not (yet) there, or the API is away. */
async function running(node: EditableNode, component: Component): Promise<{ id: string; command: readonly string[] } | undefined> {
  const path = `/api/v1/namespaces/kube-system/pods/${component}-${node.name}`
  const pod = JSON.parse(await node.must(['kubectl', 'get', '--raw', path])) as PodNow
  const status = pod.status.containerStatuses?.[0]
  if (status?.ready !== true || status.containerID === undefined) return undefined
  return { id: status.containerID, command: pod.spec.containers[0]?.command ?? [] }
}

async function containerId(node: EditableNode, component: Component): Promise<string | undefined> {
  return (await running(node, component))?.id
}

/** Asks every second; the API may be away meanwhile. */
async function eventually(what: string, ask: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  let last: unknown
  while (Date.now() < end) {
    try {
      if (await ask()) return
      last = undefined
    } catch (error) {
      last = error
    }
    await sleep(1000)
  }
  throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`, { cause: last })
}
