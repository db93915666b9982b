import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

const DIR = join(import.meta.dirname, 'goldens')
const update = process.env.UPDATE_GOLDENS === '1'
const used = new Set<string>()

/** Compares a screen with its golden; UPDATE_GOLDENS=1 writes it anew. */
export function expectGolden(name: string, screen: string): void {
  const file = `${name}.txt`
  used.add(file)
  const path = join(DIR, file)
  if (update) {
    mkdirSync(DIR, { recursive: true })
    writeFileSync(path, `${screen}\n`)
  }
  expect(existsSync(path), `${file} is missing: run with UPDATE_GOLDENS=1 and look at it`).toBe(true)
  expect(`${screen}\n`).toBe(readFileSync(path, 'utf8'))
}

/** A golden that no test draws any more is a lie: it has to go. */
export function expectNoExtraGoldens(): void {
  const extra = readdirSync(DIR).filter((f) => !used.has(f))
  if (update) for (const f of extra) rmSync(join(DIR, f))
  else expect(extra).toEqual([])
}
