import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { HardenError } from '#model/errors.ts'

const ID = /^[a-z0-9]+(-[a-z0-9]+)*(\/[a-z0-9]+(-[a-z0-9]+)*)+$/

let cachedRoot: string | undefined

/** The folder of the package: the nearest one above this file whose package.json is named kubeharden. */
export function packageRoot(from = path.dirname(fileURLToPath(import.meta.url))): string {
  if (cachedRoot !== undefined) return cachedRoot
  for (let folder = from; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json')
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }).name === 'kubeharden') {
      cachedRoot = folder
      return folder
    }
    if (path.dirname(folder) === folder)
      throw new HardenError('internal', 'The folder of kubeharden with its templates was not found.', 'Install kubeharden again.')
  }
}

/** The script that changes a node: one constant text, without holes. */
export function loadNodeScript(root: string = path.join(packageRoot(), 'templates')): string {
  try {
    return readFileSync(path.join(root, 'node', 'kubeharden-node.sh'), 'utf8')
  } catch (cause) {
    throw new HardenError('internal', 'The script for nodes is not there.', 'Install kubeharden again.', { cause })
  }
}

/** The script that looks at a node's files: one constant text, without holes. */
export function loadEvidenceScript(root: string = path.join(packageRoot(), 'templates')): string {
  try {
    return readFileSync(path.join(root, 'node-evidence', 'kubeharden-evidence.sh'), 'utf8')
  } catch (cause) {
    throw new HardenError('internal', 'The evidence script is not there.', 'Install kubeharden again.', { cause })
  }
}

/** Text of `templates/<id>.yaml`; ids are words and slashes only, so that no id leads out of the folder. */
export function loadTemplate(id: string, root: string = path.join(packageRoot(), 'templates')): string {
  if (!ID.test(id)) throw new HardenError('internal', `${JSON.stringify(id)} is not a template's name.`, 'Names look like rbac-role/role.')
  try {
    return readFileSync(path.join(root, `${id}.yaml`), 'utf8')
  } catch (cause) {
    throw new HardenError('internal', `There is no template ${id}.`, 'Install kubeharden again.', { cause })
  }
}
