import type { Edit, PathStep, Preview } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import { REDACTED } from '#model/objects/redact.ts'
import { type Json, type ObjectRef, refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import { hasCredential } from './credentials.ts'
import { checkFolder, type OutFile, writeFiles } from './files.ts'
import { fileText, type Guide, keysOf, modeOf } from './guide.ts'
import { own, recreatable, withKey } from './json.ts'
import { KeyRing } from './keys.ts'
import { newItem } from './lists.ts'
import type { ObjectItem } from './preview.ts'
import { costs, numbered, section, stepLines, word } from './readme.ts'
import { renderObject } from './render.ts'
import { toYaml } from './yaml.ts'

type FileMode = 0o644 | 0o600

interface Written {
  readonly file?: OutFile
  /** The object as it is now, for the way back. */
  readonly before?: OutFile
  /** Part of the kustomization. */
  readonly listed: boolean
  readonly order: string
  readonly back: string
}

/**
 * Writes a preview as a folder for git instead of applying it: a kustomization with one file for each object, patches
 * for objects of others, the files of guides, and a README.md with order and way back. HardenError `input` where the
 * folder is not empty. Returns the paths written.
 */
export async function toFolder(preview: Preview, dir: string, options: { templates?: string } = {}): Promise<readonly string[]> {
  const items = preview.inFolder ?? preview.items
  if (items.some((item) => item.kind === 'node'))
    throw new HardenError('input', 'What a guard does on a node cannot be written as files.', 'Answer way with by-hand, and write that.')
  await checkFolder(dir)
  const names = new Names()
  const objects = items.flatMap((item) => (item.kind === 'object' ? [objectFile(item, names, options.templates)] : []))
  const guides = items.flatMap((item) => (item.kind === 'guide' ? [item.change] : []))
  const keys = new KeyRing()
  await keys.load(guides.flatMap((g) => g.files).flatMap(keysOf))
  const files = guides.flatMap((guide) =>
    guide.files.map((file) => ({
      path: file.path,
      mode: modeOf(file),
      text: fileText(file, (source) => keys.resolve(source), options.templates),
    })),
  )
  const listed = objects.flatMap((o) => (o.listed && o.file !== undefined ? [o.file.path] : []))
  const out = [
    ...objects.flatMap((o) => o.file ?? []),
    ...objects.flatMap((o) => o.before ?? []),
    ...files,
    ...(listed.length === 0 ? [] : [plain('kustomization.yaml', kustomization(listed))]),
    ...(files.some((f) => f.path === 'README.md') ? [] : [plain('README.md', readme(preview, objects, guides))]),
  ]
  return await writeFiles(dir, out)
}

/** One text with all objects that a preview would create or apply, for stdout. */
export function toStream(preview: Preview): string {
  const texts = preview.items.flatMap((item) => (item.kind === 'object' && item.yaml !== '' ? [item.yaml] : []))
  return texts.map((text) => (text.startsWith('---') ? text : `---\n${text}`)).join('')
}

function plain(path: string, text: string, mode: FileMode = 0o644): OutFile {
  return { path, mode, text }
}

function kustomization(resources: readonly string[]): string {
  return toYaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: [...resources] })
}

function objectFile(item: ObjectItem, names: Names, templates: string | undefined): Written {
  const { ref, change, action } = item
  const name = word(refLabel(ref))
  const before = beforeOf(item, names)
  if (change.kind === 'apply' || change.kind === 'object') {
    const text =
      change.kind === 'apply' ? renderObject(change.template, change.values, templates).text : toYaml(change.object as unknown as Json)
    const path = names.of(ref, '')
    const { keep, back } = action === 'create' ? { keep: '', back: `\`kubectl delete -f ${path}\`` } : putBack(item, before, names)
    return { file: plain(path, text), ...before, listed: true, order: `${keep}\`${path}\`: ${name}`, back }
  }
  if (change.kind === 'edit') {
    const path = names.of(ref, 'patch-')
    const patch = code(`kubectl patch ${inShell(ref)} --type strategic --patch-file ${path}`)
    const { keep, back } = putBack(item, before, names)
    const order = `${keep}\`${path}\` changes ${name}, which is somebody else's file: make the change there, or run ${patch}`
    return { file: plain(path, toYaml(patchOf(ref, change.edits))), ...before, listed: false, order, back }
  }
  const { keep, back } = putBack(item, before, names)
  const order = `${keep}Remove ${name} from its source, or run ${code(`kubectl delete ${inShell(ref)}`)}`
  return { ...before, listed: false, order, back }
}

/**
 * The object as it is now, without what belongs to this life of it. None where it is new, or where anything in it was
 * masked: a file that puts REDACTED into a cluster is worse than none, and credentials are never written.
 */
function beforeOf({ before, ref, action }: ObjectItem, names: Names): { readonly before?: OutFile } {
  if (before === undefined || action === 'create' || hasCredential(before)) return {}
  const object = recreatable(before) as unknown as Json
  if (JSON.stringify(object).includes(REDACTED)) return {}
  return { before: plain(names.of(ref, 'before/'), toYaml(object)) }
}

/** How to put an object back; where its file could not be written here, how to keep it before the change. */
function putBack(
  { action, ref, change }: ObjectItem,
  { before }: { readonly before?: OutFile },
  names: Names,
): { readonly keep: string; readonly back: string } {
  const name = word(refLabel(ref))
  const removes = change.kind === 'remove'
  if (action === 'none' && before === undefined) return { keep: '', back: `${name}: nothing to put back.` }
  const path = before?.path ?? names.of(ref, 'before-')
  // A new object takes no resourceVersion and no uid.
  const get = `kubectl get ${inShell(ref)} -o yaml | sed -e '/^  resourceVersion:/d' -e '/^  uid:/d' > ${path}`
  return {
    keep: before === undefined ? `Keep ${name} as it is now: ${code(get)}. ` : '',
    back: removes
      ? `\`kubectl create -f ${path}\` makes ${name} again, as it was before.`
      : `\`kubectl replace -f ${path}\` puts ${name} back as it was before; what others changed in it since goes too.`,
  }
}

/** Arguments for kubectl. RBAC names may hold almost anything, and somebody will paste this line into a shell. */
function inShell({ kind, name, namespace }: ObjectRef): string {
  const word = (text: string) => (/^[\w.:@%+=/-]+$/.test(text) ? text : `'${safe(text).replaceAll("'", `'\\''`)}'`)
  // KIND/NAME where a name would be read as a flag.
  const what = name.startsWith('-') ? word(`${kind}/${name}`) : `${word(kind)} ${word(name)}`
  return `${what}${namespace === undefined ? '' : ` -n ${word(namespace)}`}`
}

/** Code in Markdown that may hold backticks itself. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`
}

/** A strategic merge patch: what is set, null for what is removed, list items by their key. */
export function patchOf(ref: ObjectRef, edits: readonly Edit[]): Json {
  const { apiVersion, kind, name, namespace } = ref
  const head: Json = { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } }
  return edits.reduce<Json>((patch, edit) => patchAt(patch, edit.path, edit.op === 'set' ? edit.value : null), head)
}

function patchAt(patch: Json | undefined, path: readonly PathStep[], value: Json): Json {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (typeof step === 'string') {
    const map =
      typeof patch === 'object' && patch !== null && !Array.isArray(patch) ? (patch as { readonly [key: string]: Json | undefined }) : {}
    return withKey(map, step, patchAt(own(map, step), rest, value))
  }
  const list = Array.isArray(patch) ? (patch as readonly Json[]) : []
  const key = newItem(step.key, step.value)
  const same = (item: Json): boolean => (item as { readonly [k: string]: Json })[step.key] === key[step.key]
  const old = list.find(same) ?? key
  const next =
    rest.length === 0 ? (value === null ? { ...key, $patch: 'delete' } : { ...key, ...(value as object) }) : patchAt(old, rest, value)
  return [...list.filter((item) => !same(item)), next as Json]
}

function readme(preview: Preview, objects: readonly Written[], guides: readonly Guide[]): string {
  const sections = [
    `# ${word(preview.wizard)} for ${word(preview.cluster.name)}\n\nWritten by kubeharden. Nothing has been applied.`,
    ...costs(preview),
    ...section('Way back', numbered([...guides.flatMap((g) => stepLines(g.rollback)), ...objects.toReversed().map((o) => o.back)])),
    ...section('Order', numbered([...guides.flatMap((g) => stepLines(g.steps)), ...objects.map((o) => o.order)])),
    objects.some((o) => o.listed) ? 'All objects at once: `kubectl apply -k .`, in this folder.' : '',
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

/** File names of objects: kind and name in lower case, told apart by a number where they would meet. */
class Names {
  readonly #used = new Set<string>()
  of(ref: ObjectRef, prefix: string): string {
    const parts = [ref.kind, ref.namespace, ref.name].filter((part) => part !== undefined)
    const base = `${prefix}${parts
      .join('-')
      .toLowerCase()
      .replace(/[^a-z0-9.-]+/g, '-')}`.slice(0, 200)
    for (let i = 1; ; i += 1) {
      const name = `${base}${i === 1 ? '' : `-${i}`}.yaml`
      if (this.#used.has(name)) continue
      this.#used.add(name)
      return name
    }
  }
}
