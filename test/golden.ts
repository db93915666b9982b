import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

const update = process.env.UPDATE_GOLDENS === '1'

/** Texts in a folder that what is made now is compared with; UPDATE_GOLDENS=1 writes them anew. */
export function goldensIn(dir: string) {
  const used = new Set<string>()
  return {
    expectGolden(name: string, made: string): void {
      const file = `${name}.txt`
      used.add(file)
      const path = join(dir, file)
      if (update) {
        mkdirSync(dir, { recursive: true })
        writeFileSync(path, `${made}\n`)
      }
      expect(existsSync(path), `${file} is missing: run with UPDATE_GOLDENS=1 and look at it`).toBe(true)
      expect(`${made}\n`).toBe(readFileSync(path, 'utf8'))
    },
    /** A golden that no test makes any more is a lie: it has to go. */
    expectNoExtraGoldens(): void {
      const extra = readdirSync(dir).filter((f) => !used.has(f))
      if (update) for (const f of extra) rmSync(join(dir, f))
      else expect(extra).toEqual([])
    },
  }
}
