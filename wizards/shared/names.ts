import * as z from 'zod'

/** Pieces of questions that several wizards ask, each refused in words where it is given. */

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/
const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/

export const isLabel = (text: string): boolean => LABEL.test(text)
export const isSubdomain = (text: string): boolean => text.length <= 253 && SUBDOMAIN.test(text)

const LABEL_WORDS = 'use at most 63 lower-case letters, digits and dashes, with a letter or digit at both ends'

/** Name of a namespace (RFC 1123 label). */
export const namespaceName = z.string().refine(isLabel, { error: `not the name of a namespace: ${LABEL_WORDS}` })

/** Name of most objects (RFC 1123 subdomain). */
export const objectName = z.string().refine(isSubdomain, {
  error: 'not a name Kubernetes takes: use lower-case letters, digits, dashes and dots, with a letter or digit at both ends',
})

/** Names of roles and bindings are freer: anything that fits into a path. */
export function isRbacName(text: string): boolean {
  return text.length > 0 && text.length <= 253 && text !== '.' && text !== '..' && /^[\x21-\x7e]+$/.test(text) && !/[/%]/.test(text)
}

export const rbacName = z.string().refine(isRbacName, {
  error: 'not a name for a role or binding: use letters, digits, dashes, dots and colons, without / and %',
})

/** A front end may hand over an empty text for a question that was left out; both mean "not given". */
export function orEmpty<T extends z.ZodType<string>>(schema: T) {
  return z
    .string()
    .superRefine((value, context) => {
      if (value === '') return
      const result = schema.safeParse(value)
      if (!result.success) context.addIssue({ code: 'custom', message: result.error.issues.map((i) => i.message).join('; ') })
    })
    .optional()
}

/** The answer, or undefined where it was left out or left empty. */
export function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value
}

export const labelKey = z.string().refine(isLabelKey, {
  error: 'not a label key: use letters, digits, dashes, dots and underscores, with an optional domain and a slash before (example.com/app)',
})

export const labelValue = z.string().refine((v) => LABEL_VALUE.test(v), {
  error: 'not a label value: use at most 63 letters, digits, dashes, dots and underscores',
})

function isLabelKey(text: string): boolean {
  const [first = '', second, ...rest] = text.split('/')
  if (rest.length > 0) return false
  return second === undefined ? LABEL_NAME.test(first) : isSubdomain(first) && LABEL_NAME.test(second)
}

/** An absolute path on a node, without `..` and not the root itself. */
export const nodePath = z.string().refine(isNodePath, {
  error: 'not a folder or file on a node: give an absolute path of plain characters, such as /var/backups/etcd, without .. parts',
})

export function isNodePath(text: string): boolean {
  return /^(\/[A-Za-z0-9_.@+-]+)+\/?$/.test(text) && !text.split('/').includes('..')
}

/** A text as part of an object's name: lower case, everything else than letters and digits a dash. */
export function slug(text: string): string {
  const dashed = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return dashed.slice(0, 50).replace(/-+$/, '') || 'unnamed'
}
