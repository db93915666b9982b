import { setTimeout as sleep } from 'node:timers/promises'
import type { Writer } from '#model/access.ts'
import type { JournalEntry } from '#model/journal.ts'
import type { KubeObject } from '#model/refs.ts'
import { flagName } from './item.ts'

/** The flags of a static pod, as its mirror pod shows them; the last of several wins. */
export function mirrorFlags(pod: KubeObject | undefined, component: string): Readonly<Record<string, string>> | undefined {
  const spec = pod?.spec as { containers?: readonly { name?: string; command?: readonly string[]; args?: readonly string[] }[] } | undefined
  const container = spec?.containers?.find((c) => c.name === component)
  if (container === undefined) return undefined
  const words = [...(container.command ?? []), ...(container.args ?? [])]
  return Object.fromEntries(
    words.flatMap((word): [string, string][] => {
      const [, name, value] = /^--?([\w-]+)(?:=([\s\S]*))?$/.exec(word) ?? []
      return name === undefined ? [] : [[flagName(name), value ?? 'true']]
    }),
  )
}

/** Does the mirror pod show the flags of one side of an entry? Undefined where it cannot be seen, or tells nothing. */
export async function shows(entry: JournalEntry, side: 'before' | 'after', writer: Writer): Promise<boolean | undefined> {
  const { node } = entry
  const wanted = entry.fields.filter((f) => f.path[0] === 'flags')
  if (node === undefined || wanted.length === 0) return undefined
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system', name: `${node.component}-${node.name}` }
  const flags = mirrorFlags(await writer.get(ref), node.component)
  if (flags === undefined) return undefined
  return wanted.every((f) => flags[String(f.path[1])] === f[side])
}

const SECONDS = 60

/** The kubelet tells the API of a new static pod some seconds after it runs: until then a check would see the old flags. */
export async function waitForMirror(
  entry: JournalEntry,
  side: 'before' | 'after',
  { writer, signal }: { readonly writer: Writer; readonly signal?: AbortSignal },
  say: (line: string) => void,
): Promise<void> {
  for (let waited = 0; waited < SECONDS && signal?.aborted !== true; waited += 1) {
    const seen = await shows(entry, side, writer).catch(() => false)
    if (seen !== false) return
    if (waited === 3) say('waiting until the API shows the new flags')
    await sleep(1_000)
  }
}
