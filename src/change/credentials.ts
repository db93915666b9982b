import { type FieldChange, ORDER, type PathStep } from '#model/change.ts'
import { isCredential, REDACTED, redactArgs } from '#model/objects/redact.ts'
import type { Json, KubeObject } from '#model/refs.ts'
import { getAt, setAt } from './edits.ts'
import { isJsonMap, jsonEqual, meant } from './json.ts'

const INSIDE = /["']?[\w-]*(password|passwd|secret|token|api[-_]?key)[\w-]*["']?\s*[=:]\s*["']?(?![$({"'\s])\S{4,}/i

/** A server's or webhook's words for the journal: they may echo what was sent. */
export function withoutCredentials(text: string): string {
  return redactArgs(text.split(/(?<=\s)/))
    .join('')
    .replace(new RegExp(INSIDE, 'gi'), (found) => `${found.slice(0, found.search(/[=:]/) + 1)} ${REDACTED}`)
}

/** Annotations in which a tool keeps the whole object as it was last applied, values included (kubectl's is not shown at all). */
const LAST_APPLIED_BY_OTHERS = /(\/last-applied(-configuration)?|^objectset\.rio\.cattle\.io\/applied)$/

/** Does a text of several words (an argument, a script, a file in a ConfigMap) hold a credential? */
function holdsCredential(text: string): boolean {
  const words = text.split(/\s+/)
  return !jsonEqual(redactArgs(words), words)
}

interface Where {
  /** Name that tells what the value is: of the field, or of the env variable. */
  readonly name: string
  /** All literal env values, even those that do not look like a credential. */
  readonly everyEnv: boolean
  readonly kind: string
  readonly inData: boolean
}

function mask(value: Json, where: Where): Json {
  if (typeof value === 'string') return hides(value, where) ? REDACTED : value
  if (Array.isArray(value)) {
    const texts = value.every((item) => typeof item === 'string') && /^(args|command)$/.test(where.name)
    if (texts && holdsCredential(value.join(' '))) return (value as string[]).map((item, i) => maskArgument(value as string[], item, i))
    return value.map((item) => mask(item as Json, where))
  }
  if (!isJsonMap(value)) return value
  const envName = typeof value.name === 'string' && typeof value.value === 'string' ? value.name : undefined
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (item === undefined) return [key, item]
      if (key === 'value' && envName !== undefined)
        return [key, where.everyEnv || isCredential(envName, String(item)) ? REDACTED : mask(item, { ...where, name: envName })]
      return [key, mask(item, { ...where, name: key, inData: where.inData || /^(data|stringData|binaryData|annotations)$/.test(key) })]
    }),
  )
}

/** An argument is hidden where it, or it behind the one before (`--password x`), holds a credential. */
function maskArgument(all: readonly string[], item: string, i: number): string {
  const before = all[i - 1]
  return holdsCredential(item) || (before !== undefined && !holdsCredential(before) && holdsCredential(`${before} ${item}`))
    ? REDACTED
    : item
}

function hides(value: string, where: Where): boolean {
  if (where.kind === 'Secret' && where.inData) return true
  if (isCredential(where.name, value) || LAST_APPLIED_BY_OTHERS.test(where.name)) return true
  return where.inData && (INSIDE.test(value) || holdsCredential(value))
}

/** Every changed value that looks like a credential replaced; `hidden` says whether there was one. */
export function maskFields(kind: string, fields: readonly FieldChange[]): { readonly fields: FieldChange[]; readonly hidden: boolean } {
  let hidden = false
  const masked = fields.map((field) => {
    const one = (value: Json | undefined): Json | undefined => {
      const out = value === undefined ? undefined : mask(value, whereIs(kind, field.path))
      if (!jsonEqual(out, value)) hidden = true
      return out
    }
    const [before, after] = [one(field.before), one(field.after)]
    return { path: field.path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
  })
  return { fields: masked, hidden }
}

function whereIs(kind: string, path: readonly PathStep[]): Where {
  const [last, previous] = [path.at(-1), path.at(-2)]
  const item = typeof last === 'object' ? last : last === 'value' && typeof previous === 'object' ? previous : undefined
  const name = item?.key === 'name' ? item.value : typeof last === 'string' ? last : (item?.value ?? '')
  return {
    name,
    everyEnv: false,
    kind,
    inData: path.some((step) => typeof step === 'string' && /^(data|stringData|binaryData|annotations)$/.test(step)),
  }
}

/** Does anything in the object look like a credential? Its old last-applied annotation is looked into as well. */
export function hasCredential(object: KubeObject): boolean {
  const annotation = object.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']
  const values: Json[] = [meant(object) as unknown as Json]
  if (annotation !== undefined)
    try {
      values.push(JSON.parse(annotation) as Json)
    } catch {
      return true
    }
  return values.some((value) => !jsonEqual(mask(value, { name: '', everyEnv: false, kind: object.kind, inData: false }), value))
}

/**
 * An object for a screen: without status and bookkeeping, credentials masked. For an object of others every literal env
 * value is masked, but for those that `shown` changes: a preview never hides what it is about to change.
 */
export function maskObject(
  object: KubeObject,
  options: { everyEnv: boolean; shown?: readonly FieldChange[]; side?: 'before' | 'after' },
): KubeObject {
  let out = mask(meant(object) as unknown as Json, { name: '', everyEnv: options.everyEnv, kind: object.kind, inData: false })
  for (const field of options.shown ?? []) {
    const last = field.path.at(-1)
    const value = field[options.side ?? 'after']
    if (value === undefined || (typeof last === 'object' && last.key === ORDER)) continue
    if (!jsonEqual(getAt(out, field.path), value)) out = setAt(out, field.path, value)
  }
  return out as unknown as KubeObject
}
