import { join } from 'node:path'
import { describe, it } from 'vitest'
import { AREAS } from '#model/areas.ts'
import { checks } from '../../src/checks/index.ts'
import { goldensIn } from '../golden.ts'
import { run } from './support.ts'

const { expectGolden, expectNoExtraGoldens } = goldensIn(join(import.meta.dirname, 'goldens'))

/** Everything that a finding says, one line each. */
function told(yaml: string, check: (typeof checks)[number]): readonly string[] {
  return run(check, yaml).map(({ status, object, path, saw, message, params }) =>
    [
      `    ${status} ${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`,
      ...(path === undefined ? [] : [`at ${path}`]),
      ...(saw === undefined ? [] : [`saw ${JSON.stringify(saw)}`]),
      `: ${message}`,
      ...(params === undefined ? [] : [JSON.stringify(params)]),
    ].join(' '),
  )
}

describe('what the examples of all checks say, to the letter', () => {
  it.each(AREAS.filter((area) => checks.some((c) => c.area === area)))('%s', (area) => {
    const text = checks
      .filter((c) => c.area === area)
      .flatMap((c) => [c.id, '  bad', ...told(c.examples.bad, c), '  good', ...told(c.examples.good, c)])
      .join('\n')
    expectGolden(area, text)
  })

  it('has no golden that no area makes', expectNoExtraGoldens)
})
