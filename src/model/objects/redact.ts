import { looksKnown, withoutKnownFormats } from './credential.ts'

/** What is looked at once, at the door, and never kept (safety rule 1). */

const CREDENTIAL_NAME =
  /(pass(word|wd|phrase)?|secret|token|credential|api[-_.]?key|access[-_.]?key|private[-_.]?key|client[-_.]?secret|auth[-_.]?key)/i
/** Names that only look like it: a file's path, a Secret's name, a switch or a number. */
const HARMLESS_NAME =
  /(file|path|dir|name|ref|enabled|expir\w*|ttl|type|url|uri|mode|policy|lifetime|count|length|minutes|seconds|hours|days)$/i

const URL_WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/i

export const REDACTED = '[redacted]'

/** Does `name` (of an env variable, a key, a flag) say that its value is a credential? */
export function looksLikeCredentialName(name: string): boolean {
  return CREDENTIAL_NAME.test(name) && !HARMLESS_NAME.test(name)
}

/** Is this name and literal value a credential? The value is not kept by anybody. */
export function isCredential(name: string, value: string): boolean {
  const trimmed = value.trim()
  if (trimmed === '' || /^(true|false|null|none|\d{1,5})$/i.test(trimmed) || /^\$[({]/.test(trimmed)) return false
  return looksLikeCredentialName(name) || looksKnown(trimmed) || URL_WITH_PASSWORD.test(trimmed)
}

/** Command and arguments with every credential replaced; flags and paths stay readable. */
export function redactArgs(args: readonly string[]): string[] {
  let hideNext = false
  return args.map((arg) => {
    if (hideNext && !arg.startsWith('-')) {
      hideNext = false
      return REDACTED
    }
    hideNext = false
    // Anchored: a private key begins with dashes as well, and a script may.
    const flag = /^(-{1,2}[\w.-]+)(?:=([\s\S]*))?$/.exec(arg)
    if (flag !== null) {
      const [, name = '', value] = flag
      if (value === undefined) {
        hideNext = looksLikeCredentialName(name)
        return arg
      }
      return `${name}=${isCredential(name, value) ? REDACTED : redactInside(value)}`
    }
    const pair = /^(\w+)=([\s\S]*)$/.exec(arg)
    if (pair !== null && isCredential(pair[1] ?? '', pair[2] ?? '')) return `${pair[1]}=${REDACTED}`
    if (URL_WITH_PASSWORD.test(arg.trim())) return REDACTED
    // Redacted before and after it is cut: the start may hold a credential, and the cut must not make one readable.
    return arg.length > 400 ? redactInside(`${redactInside(arg).slice(0, 40)}… ${REDACTED}`) : redactInside(arg)
  })
}

function withoutUserInfo(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/:@]+:[^\s/@]+@/gi, `$1${REDACTED}@`)
}

/** Credentials inside a longer text, such as a shell script in an argument. */
function redactInside(text: string): string {
  return withoutUserInfo(withoutKnownFormats(text, REDACTED)).replace(
    /\b([\w-]*(?:password|passwd|secret|token|api[-_]?key)[\w-]*)(\s*[=:]\s*)(?![$(])[^\s"']+/gi,
    `$1$2${REDACTED}`,
  )
}

const PAIR = /^(\s*(?:- )?(?:"?)([\w.-]+)"?\s*[:=]\s*)(["']?)([^"'#]+?)(["']?\s*(?:#.*)?)$/

/**
 * A configuration file with every credential replaced: `key: value` and `key=value` lines, kubeadm's `name:` with `value:` below it,
 * private keys, and user names with passwords in addresses. All else stays as it is.
 */
export function redactText(text: string): string {
  let above = ''
  return text
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED)
    .split('\n')
    .map((line) => {
      const [, head = '', key = '', open = '', value = '', tail = ''] = PAIR.exec(line) ?? []
      const name = key === 'value' ? above : key
      above = key === 'name' ? value : ''
      if (key === '') return redactInside(line)
      return isCredential(name, value) ? `${head}${open}${REDACTED}${tail}` : withoutUserInfo(withoutKnownFormats(line, REDACTED))
    })
    .join('\n')
}
