/**
 * Is a value that was read in passing a credential? Said to an operator as a finding, so that it must be right: a name alone says
 * little, a known shape says all. What must not be shown is decided elsewhere, and more broadly (redact.ts).
 */

/** Shapes that only credentials have. Linear: no part of one can be read in two ways. */
const FORMATS: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|$)/, // PEM, OpenPGP
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, // AWS
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/, // GitHub
  /\bgithub_pat_[A-Za-z0-9_]{40,}\b/,
  /\bgl(?:pat|dt|rt|ptt|soat|cbt|ft|imt|agent)-[A-Za-z0-9_-]{20,}/, // GitLab
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/, // Slack
  /\bxapp-\d-[A-Z0-9]+-\d+-[a-z0-9]+\b/,
  /https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9+/]{40,}/,
  /\bhttps:\/\/discord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{40,}/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/, // JWT
  /\bAIza[A-Za-z0-9_-]{35}\b/, // Google
  /\bya29\.[A-Za-z0-9_-]{30,}/,
  /\b[sr]k_live_[A-Za-z0-9]{20,}\b/, // Stripe
  /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/, // SendGrid
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}/,
  /\bdop_v1_[a-f0-9]{64}\b/, // DigitalOcean
  /\bdckr_pat_[A-Za-z0-9_-]{27,}/, // Docker Hub
  /\bhv[sbr]\.[A-Za-z0-9_-]{24,}/, // Vault
  /\bAccountKey=[A-Za-z0-9+/]{80,}={0,2}/, // Azure storage
  /\bsk-(?:ant-|proj-)[A-Za-z0-9_-]{24,}/, // Anthropic, OpenAI
  /\bglsa_[A-Za-z0-9]{32}_[a-f0-9]{8}\b/, // Grafana
  /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/,
  /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/, // Telegram
]

const URL_WITH_PASSWORD = /[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/:@"'<>]*:([^\s/@"'<>]+)@/i

/** Credential words of a name that mean the value, however it looks. */
const STRONG =
  /pass(?:word|wd|phrase)|requirepass$|(?:api|access|private|secret|auth|signing|encryption|master|account)[-_.]?key|client[-_.]?secret|credentials?$/i
/** Words that mostly mean the value: it must not be a plain word. */
const FAIR = /(?:token|pwd|pass)$/i
/** Words that mean the value or the name of an object: it must look random. */
const WEAK = /(?:secret|auth|salt|hmac|key)s?$/i
/** Names that only look like it, by their last word: where it lies, how it is made, whom it is for. */
const ABOUT = new Set(
  `file files path dir directory folder mount name names namespace ref enabled enable disabled disable expiry expiration expires expire ttl
  type kind class url uri endpoint server host issuer audience mode policy method algorithm algo format prefix suffix header field label
  selector property id ids lifetime duration interval timeout age count limit size length min max seconds minutes hours days version
  template pattern regex regexp store provider backend source env var pub public hash hashed bcrypt sha256 digest complexity strength
  rotation required allowed supported location bits user username usage validity period grace exchange review reviews`.split(/\s+/),
)
/** And by their first: switches. */
const SWITCH = /^(?:enable|disable|use|has|is|require|allow|no|skip|show|hide|validate|verify|rotate|public)$/
/** Written in one. */
const ABOUT_END = /(?:file|path|ref|name|url|uri|ttl|enabled|disabled|hash)s?$/i

const NOT_A_VALUE =
  /^(?:true|false|yes|no|on|off|null|nil|none|undefined|string|str|bool|boolean|int|integer|object|array|bytes|required|optional|redacted|disabled|enabled|bearer|basic|file|env|default|auto|[-+]?[\d.]+[a-zµ%]{0,3})$/i
/** Holes to be filled, references, stars. */
const PLACEHOLDER =
  /^(?:[*.•_-]+|x{3,}|<.*>|\[.*\]|\{.*\}|%.*%|(?:your|my|the|some|insert|enter|put|replace|todo|fixme|example|dummy|fake|placeholder)\b.*|.*(?:placeholder|replace[-_]?me|change[-_]?this|your[-_]|EXAMPLE$|example\.com).*)$/i
const FROM_ELSEWHERE = /\$|\{\{|^(?:file|env|vault|secret|ref\+?\w*|aws|gcp|azure)[:#]|^(?:\.{0,2}\/|~|[A-Za-z]:\\)/

/** Is it a name that says that its value is a credential, or that it might be one? */
function hint(name: string): 'strong' | 'fair' | 'weak' | undefined {
  const words = name.split(/[-_.]+|(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase())
  if (ABOUT.has(words.at(-1) ?? '') || SWITCH.test(words[0] ?? '') || ABOUT_END.test(name)) return undefined
  return STRONG.test(name) ? 'strong' : FAIR.test(name) ? 'fair' : WEAK.test(name) ? 'weak' : undefined
}

/** Has the text a part of a shape that credentials have, examples in documentation too? */
export function looksKnown(text: string): boolean {
  return FORMATS.some((format) => format.test(text))
}

/** Has the text a part of a shape that only credentials have? Those that documentation is full of are none. */
export function hasKnownFormat(text: string): boolean {
  return FORMATS.some((format) => {
    const found = format.exec(text)?.[0]
    return found !== undefined && !/EXAMPLE|(.)\1{11}/.test(found)
  })
}

/** The text with every part of such a shape replaced. */
export function withoutKnownFormats(text: string, by: string): string {
  return FORMATS.reduce((rest, format) => rest.replace(new RegExp(format, 'g'), by), text)
}

/** Bits for each character: a word has about three, a random key of twenty letters and digits four. */
export function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1)
  return [...counts.values()].reduce((sum, n) => sum - (n / text.length) * Math.log2(n / text.length), 0)
}

/** Letters and digits mixed, long, and no word: as keys and tokens are made. */
export function looksRandom(value: string): boolean {
  if (!/^[A-Za-z0-9+/=_.~-]{16,512}$/.test(value) || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false
  // Hexadecimal has four bits at most.
  const bits = /^[a-f0-9]+$/i.test(value) ? 3 : 3.6
  return entropy(value) >= bits && !/(?:^|[.:/@])(?:[a-z][a-z-]+\.){2,}[a-z]+/.test(value)
}

/** Is this value, under this name, a credential somebody could use? */
export function isLeaked(name: string, value: string): boolean {
  const text = value.trim()
  if (text === '') return false
  if (hasKnownFormat(text) || hasPassword(text)) return true
  if (NOT_A_VALUE.test(text) || PLACEHOLDER.test(text) || FROM_ELSEWHERE.test(text) || /^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return false
  const said = hint(name)
  if (said === undefined || /\s/.test(text)) return false
  // `AWS_CREDENTIALS=aws-creds` names a Secret; a password may be a word.
  const isWord = /^[a-z]+(?:[-.][a-z]+)+$/.test(text) || /credentials?$/i.test(name)
  if (said === 'strong' && (!isWord || /pass/i.test(name))) return true
  return looksRandom(text) || (said === 'fair' && /^(?=.*\d)(?=.*[a-z])[\w+/=.~-]{8,}$/i.test(text))
}

function hasPassword(text: string): boolean {
  const password = URL_WITH_PASSWORD.exec(text)?.[1]
  if (password === undefined) return false
  return !PLACEHOLDER.test(password) && !FROM_ELSEWHERE.test(password) && !/^(?:password|passwd|pass|pwd)$/i.test(password)
}

const LONGEST = 262_144
const PAIR = /^\s*(?:- )?(?:export |set |ENV )?["']?([\w.-]{1,100})["']?\s*[:=]\s*(.*)$/
/** One value, quoted or not, and nothing of a program around it. */
const PLAIN = /^(?:"([^"\\]*)"|'([^'\\]*)'|([^\s"'(){}[\]<>;,|&`]+)),?\s*(?:#.*)?$/

/** Does a file or a script hold one: `key: value` and `key=value` lines, and known shapes anywhere? */
export function leaksInside(text: string): boolean {
  const read = text.slice(0, LONGEST)
  if (hasKnownFormat(read)) return true
  return read.split('\n').some((line) => {
    if (/^\s*(?:#|\/\/|;|--)/.test(line)) return false
    if (hasPassword(line)) return true
    const [, name = '', rest = ''] = PAIR.exec(line.slice(0, 4096)) ?? []
    const [, a, b, c] = PLAIN.exec(rest) ?? []
    const value = a ?? b ?? c
    return value !== undefined && isLeaked(name, value)
  })
}

/** A value that may be a whole file. */
export function isLeakedIn(name: string, value: string): boolean {
  return value.includes('\n') ? leaksInside(value) : isLeaked(name, value) || leaksInside(value)
}

/** Which words of a command line hold one: `--password=x`, `--password x`, `NAME=x`, and scripts. Places in the list. */
export function leakedArgs(args: readonly string[]): readonly number[] {
  return args.flatMap((arg, i) => {
    const [, before = ''] = /^-{1,2}([\w.-]+)$/.exec(args[i - 1] ?? '') ?? []
    const [, name = '', value = ''] = /^-{0,2}([\w.-]+)=([\s\S]*)$/.exec(arg) ?? []
    const found =
      (before !== '' && !arg.startsWith('-') && isLeaked(before, arg)) || (name !== '' && isLeaked(name, value)) || leaksInside(arg)
    return found ? [i] : []
  })
}

/** Does an object kept in an annotation hold one (`last-applied-configuration`), or the annotation's own text? */
export function isLeakedAnnotation(key: string, value: string): boolean {
  if (!/^\s*[{[]/.test(value)) return isLeakedIn(key.slice(key.lastIndexOf('/') + 1), value)
  try {
    return walk('', JSON.parse(value.slice(0, LONGEST * 4)), 0)
  } catch {
    return leaksInside(value)
  }
}

function walk(name: string, value: unknown, depth: number): boolean {
  if (depth > 60) return false
  if (typeof value === 'string') return isLeakedIn(name, value)
  if (Array.isArray(value)) {
    const words = value.every((v) => typeof v === 'string') && (name === 'args' || name === 'command')
    return words ? leakedArgs(value).length > 0 : value.some((v) => walk(name, v, depth + 1))
  }
  if (typeof value !== 'object' || value === null) return false
  const entries = Object.entries(value)
  const pair = entries.find(([k, v]) => k === 'value' && typeof v === 'string')
  const own = entries.find(([k, v]) => k === 'name' && typeof v === 'string')
  if (pair !== undefined && own !== undefined && isLeakedIn(String(own[1]), String(pair[1]))) return true
  return entries.some(([k, v]) => walk(k, v, depth + 1))
}
