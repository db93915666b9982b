import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { parseManifests } from '../../../src/cluster/objects/parse.ts'
import type { KubeObject } from '../../../src/model/refs.ts'

const FOLDER = join(import.meta.dirname, '../../../templates/practice')

export async function readFileOf(file: string): Promise<readonly KubeObject[]> {
  return parseManifests(await readFile(join(FOLDER, file), 'utf8'), file).objects.map(({ object }) => object)
}

export async function writeFileOf(file: string, head: string, objects: readonly KubeObject[]): Promise<void> {
  // JSON first: what is undefined is not written.
  const documents = objects.map((object) => stringify(JSON.parse(JSON.stringify(object)), { lineWidth: 0, aliasDuplicateObjects: false }))
  await rm(join(FOLDER, file), { force: true })
  await writeFile(join(FOLDER, file), `# ${head} Do not edit.\n${documents.join('---\n')}`)
}
