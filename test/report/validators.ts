import type { AnySchema } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import draft04 from 'ajv-draft-04'
import formats from 'ajv-formats'

/** What is wrong with a value by a JSON Schema: empty where nothing is. */
type Problems = (value: unknown) => readonly unknown[]

/** For schemas of draft 4, such as SARIF's, one of whose patterns is no Unicode expression. */
export function byDraft04(schema: AnySchema): Problems {
  const ajv = new draft04.default({ strict: false, allErrors: true, unicodeRegExp: false })
  formats.default(ajv)
  return problemsBy(ajv.compile(schema))
}

/** For schemas of draft 2020-12, such as our own; nothing in them may be unknown to the validator. */
export function byDraft2020(schema: AnySchema): Problems {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true })
  formats.default(ajv)
  return problemsBy(ajv.compile(schema))
}

function problemsBy(validate: { (value: unknown): unknown; errors?: readonly unknown[] | null }): Problems {
  return (value) => (validate(value) === true ? [] : (validate.errors ?? ['not valid']))
}
