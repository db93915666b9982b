import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import type { TestNode } from '../../cluster/node/node.ts'

/** A node whose files a test changes. */
export type EditableNode = Pick<TestNode, 'name' | 'exec' | 'must'>

export const CONTROL_PLANE = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'] as const
export type Component = (typeof CONTROL_PLANE)[number]

interface Manifest {
  spec: { containers: [{ command: string[] }] }
}

const MANIFESTS = '/etc/kubernetes/manifests'
const KUBELET = '/var/lib/kubelet/config.yaml'
const PATIENCE_MS = 300_000

/** Changes files of a node and waits until the change is in force. A change always starts from what was there at first. */
export interface Editor {
  /** The command of a static pod. */
  command(component: Component, change: (words: readonly string[]) => readonly string[]): Promise<void>
  /** The kubelet's configuration file. */
  kubelet(change: (config: Record<string, unknown>) => void): Promise<void>
  /** Mode or owner of a file or folder; nothing has to restart for it. */
  access(path: string, to: Access): Promise<void>
  /** Puts back what was changed in every file but this one's (all without it), and modes and owners always. */
  mend(except?: Component | 'kubelet'): Promise<void>
}

export interface Access {
  /** Octal, as chmod takes it. */
  readonly mode?: string
  /** `uid:gid` or names, as chown takes it. */
  readonly owner?: string
}

export function editing(node: EditableNode): Editor {
  const first = new Map<Component | 'kubelet', string>()
  const changed = new Set<Component | 'kubelet'>()
  const accesses = new Map<string, Access>()
  const put = (what: Component | 'kubelet', text: string) => (what === 'kubelet' ? putKubelet(node, text) : putManifest(node, what, text))
  const change = async (what: Component | 'kubelet', make: (text: string) => string) => {
    const before = first.get(what) ?? (await node.must(['cat', fileOf(what)]))
    first.set(what, before)
    changed.add(what)
    await put(what, make(before))
  }
  return {
    command: (component, make) =>
      change(component, (text) => {
        const manifest = parse(text) as Manifest
        const [container] = manifest.spec.containers
        container.command = [...make(container.command)]
        return stringify(manifest)
      }),
    kubelet: (make) =>
      change('kubelet', (text) => {
        const config = parse(text) as Record<string, unknown>
        make(config)
        return stringify(config)
      }),
    access: async (path, to) => {
      const [mode = '', owner = ''] = (await node.must(['stat', '-c', '%a %u:%g', path])).trim().split(' ')
      if (!accesses.has(path)) accesses.set(path, { mode, owner })
      await putAccess(node, path, to)
    },
    mend: async (except) => {
      for (const [path, before] of accesses) await putAccess(node, path, before)
      accesses.clear()
      for (const what of changed) {
        if (what === except) continue
        await put(what, first.get(what) ?? '')
        changed.delete(what)
      }
    },
  }
}

const fileOf = (what: Component | 'kubelet') => (what === 'kubelet' ? KUBELET : `${MANIFESTS}/${what}.yaml`)

async function putManifest(node: EditableNode, component: Component, text: string): Promise<void> {
  const old = (await running(node, component).catch(() => undefined))?.id // the API may be away
  await replaceFile(node, fileOf(component), text)
  const wanted = (parse(text) as Manifest).spec.containers[0].command.join('\n')
  await eventually(`${component} with its new command, and the whole control plane`, async () => {
    await startAtOnce(node)
    const now = await running(node, component)
    if (now === undefined || now.id === old || now.command.join('\n') !== wanted) return false
    for (const one of CONTROL_PLANE) if ((await running(node, one)) === undefined) return false
    return true
  })
}

/**
 * Without the API server its clients end, and the kubelet lets each wait longer than the last time, up to five minutes. It only
 * does so while it sees the container that ended.
 */
async function startAtOnce(node: EditableNode): Promise<void> {
  const list = 'crictl ps -a --state Exited -q --name "kube-controller-manager|kube-scheduler"'
  await node.exec(['sh', '-c', `${list} | xargs -r crictl rm > /dev/null 2>&1`])
}

async function putKubelet(node: EditableNode, text: string): Promise<void> {
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

/** The owner first: changing it clears setuid bits. */
async function putAccess(node: EditableNode, path: string, { mode, owner }: Access): Promise<void> {
  if (owner !== undefined) await node.must(['chown', owner, path])
  if (mode !== undefined) await node.must(['chmod', mode, path])
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
