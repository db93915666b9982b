import type { CheckResult, JudgedFinding } from '#model/assessment.ts'
import { refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import { fingerprint } from '../identity.ts'
import { type Place, type Places, placeOf } from '../places.ts'
import { sentence } from '../words.ts'
import { sarifText } from './message.ts'
import { LEVELS } from './rules.ts'

/** What SARIF calls each status; a pass and what does not apply are no results of a list of problems. */
const KIND_OF = { fail: 'fail', accepted: 'fail', unknown: 'open', manual: 'review' } as const

/** One result for each finding that is open or accepted. */
export function resultsOf(check: CheckResult, ruleIndex: number, places: Places) {
  return check.findings.flatMap((finding) => {
    const { status } = finding
    if (status !== 'fail' && status !== 'accepted' && status !== 'unknown' && status !== 'manual') return []
    const kind = KIND_OF[status]
    return [
      {
        ruleId: check.id,
        ruleIndex,
        kind,
        // Only a failure has a level, says the specification.
        level: kind === 'fail' ? LEVELS[check.severity].level : ('none' as const),
        message: { text: sarifText(textOf(check, finding)) },
        locations: [locationOf(finding, placeOf(places, finding.object))],
        partialFingerprints: { 'kubeharden/v1': fingerprint(check.id, finding.object, finding.path) },
        ...(status === 'accepted' ? { suppressions: [suppressionOf(finding)] } : {}),
        properties: { status, ...(finding.saw === undefined ? {} : { saw: safe(finding.saw).toWellFormed() }) },
      },
    ]
  })
}

function textOf(check: CheckResult, finding: JudgedFinding): string {
  return `${safe(refLabel(finding.object))}: ${sentence(check, finding)}`
}

function locationOf({ object, path }: JudgedFinding, place: Place | undefined) {
  const parts = [object.namespace, object.kind, object.name, path].filter((p) => p !== undefined)
  return {
    ...(place === undefined ? {} : { physicalLocation: { artifactLocation: artifactOf(place.file), region: { startLine: place.line } } }),
    logicalLocations: [
      {
        name: safe(object.name).toWellFormed(),
        fullyQualifiedName: safe(parts.join('/')).toWellFormed(),
        kind: 'resource',
      },
    ],
  }
}

function artifactOf(file: string) {
  const path = file
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/')
  return file.startsWith('/') ? { uri: `file://${path}` } : { uri: path, uriBaseId: '%SRCROOT%' }
}

function suppressionOf({ note }: JudgedFinding) {
  const words = note === undefined ? '' : `${note.reason} (${note.by}${note.until === undefined ? '' : `, until ${note.until}`})`
  return { kind: 'external' as const, status: 'accepted' as const, justification: safe(words).toWellFormed() }
}
