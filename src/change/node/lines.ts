import { HardenError } from '#model/errors.ts'
import { bundleName, type KubeletSetting, type NodeMount, type NodePlan } from '#model/node.ts'
import type { Json } from '#model/refs.ts'

/*
 * The plan as lines of words for the node's script. A value that could mean something else to a shell, to awk or to YAML
 * than it says is refused here, so that the script never has to unquote anything.
 */

const RUN = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,120}$/
const NODE = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/
const PATH = /^(\/[A-Za-z0-9_.@+-]+)+$/
const FLAG = /^[A-Za-z][A-Za-z0-9-]{0,100}$/
const VALUE = /^[A-Za-z0-9_./:,=@+*%-]*$/
const NAME = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/
/** Names that YAML takes for something else than a text. */
const NOT_A_TEXT = /^(true|false|null|yes|no|on|off|y|n)$/
const FIELD = /^[A-Za-z][A-Za-z0-9]{0,100}$/

/** The lines of a plan; `sums` are the sha256 of its files, in order. @throws HardenError `input` for what no line can hold */
export function planLines(plan: NodePlan, node: string, run: string, sums: readonly string[]): string {
  if (!RUN.test(run)) throw refused('the name of the run', run)
  if (!NODE.test(node)) throw refused('the name of the node', node)
  const within = Math.round(plan.withinSeconds)
  if (!(within >= 10 && within <= 3600)) throw refused('the time to wait', String(plan.withinSeconds))
  const { unmounts = [] } = plan
  if (plan.component === 'kubelet' && plan.flags.length + plan.mounts.length + unmounts.length > 0)
    throw refused('a flag of', 'the kubelet')
  if (plan.component !== 'kubelet' && plan.settings.length > 0) throw refused('a setting of', plan.component)
  const lines = [
    'kubeharden-plan 1',
    `run ${run}`,
    `node ${node}`,
    `component ${plan.component}`,
    `within ${within}`,
    ...plan.folders.map(({ path, mode }) => `folder ${octal(mode)} ${pathOf(path)}`),
    ...plan.files.map((file, i) => `file ${octal(file.mode)} ${file.kind} ${sumOf(sums[i])} ${bundleName(file, i)} ${pathOf(file.path)}`),
    ...flagLines(plan),
    ...plan.mounts.map(mountLine),
    ...unmounts.map((m) => `unmount ${volumeOf(m.name)} ${pathOf(m.hostPath)} ${pathOf(m.mountPath)}`),
    ...plan.settings.map(settingLine),
    ...(plan.loads === undefined ? [] : [`loads ${pathOf(plan.loads)}`]),
    ...(takesEncryption(plan) ? ['undo-guard encryption'] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** Taking this back would leave what is encrypted without a key. */
function takesEncryption(plan: NodePlan): boolean {
  return plan.flags.some(({ name, value }) => name === 'encryption-provider-config' && value !== undefined)
}

function flagLines({ flags }: NodePlan): string[] {
  const names = flags.map((f) => f.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw refused('a flag that is named twice', twice)
  return flags.map(({ name, value }) => {
    if (!FLAG.test(name)) throw refused('the flag', name)
    if (value === undefined) return `unflag ${name}`
    if (!VALUE.test(value)) throw refused(`the value of --${name}`, value)
    return `flag ${name}=${value}`
  })
}

function mountLine({ name, type, readOnly, hostPath, mountPath }: NodeMount): string {
  return `mount ${volumeOf(name)} ${type} ${readOnly ? 'ro' : 'rw'} ${pathOf(hostPath)} ${pathOf(mountPath)}`
}

function volumeOf(name: string): string {
  if (!NAME.test(name) || NOT_A_TEXT.test(name)) throw refused('the name of the volume', name)
  return name
}

function settingLine({ path, value }: KubeletSetting): string {
  const label = path.join('.')
  if (path.length < 1 || path.length > 3 || !path.every((field) => FIELD.test(field))) throw refused('the field', label)
  if (value === undefined) return `remove ${label}`
  return `set ${label} ${flow(value, label)}`
}

/** A value in one line that JSON and YAML read the same: printable ASCII, no backslash, no quote inside. */
function flow(value: Json, label: string): string {
  const text = JSON.stringify(value)
  if (!isPlain(value)) throw refused(`the value of ${label}`, text)
  return text
}

function isPlain(value: Json): boolean {
  if (typeof value === 'string') return /^[ !#-[\]-~]*$/.test(value)
  if (typeof value === 'number') return Number.isFinite(value) && !/e/i.test(String(value))
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every((item) => isPlain(item as Json))
  return Object.entries(value).every(([key, item]) => /^[A-Za-z0-9_.-]+$/.test(key) && isPlain(item as Json))
}

function pathOf(path: string): string {
  if (!PATH.test(path) || path.split('/').some((part) => part === '.' || part === '..')) throw refused('the path', path)
  return path
}

function octal(mode: number): string {
  if (!Number.isInteger(mode) || mode < 0o100 || mode > 0o777) throw refused('the mode', String(mode))
  return `0${mode.toString(8)}`
}

function sumOf(sum: string | undefined): string {
  if (sum === undefined || !/^([0-9a-f]{64}|‹[^›]*›)$/.test(sum)) throw refused('the sha256', String(sum))
  return sum
}

function refused(what: string, value: string): HardenError {
  return new HardenError(
    'input',
    `${what} ${JSON.stringify(value)} cannot be handed to a node.`,
    'Use plain letters, digits and the usual marks of paths and flags, without spaces and quotes.',
  )
}
