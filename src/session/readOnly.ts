import type { Writer } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import type { NodeDoor } from '#model/node.ts'

/** The writing door of a session that may not write: looks and dry runs go through, nothing else, whoever asks. */
export function dryRunsOnly(writer: Writer, reason: string): Writer {
  const only = async <T>(dryRun: boolean | undefined, send: () => Promise<T>): Promise<T> => {
    if (dryRun === true) return send()
    throw readOnly(reason)
  }
  return {
    get: (ref) => writer.get(ref),
    plural: (apiVersion, kind) => writer.plural(apiVersion, kind),
    apply: (object, options) => only(options.dryRun, () => writer.apply(object, options)),
    create: (object, options) => only(options.dryRun, () => writer.create(object, options)),
    replace: (object, options) => only(options.dryRun, () => writer.replace(object, options)),
    jsonPatch: (ref, operations, options) => only(options.dryRun, () => writer.jsonPatch(ref, operations, options)),
    remove: (ref, options) => only(options.dryRun, () => writer.remove(ref, options)),
  }
}

/** The door to the nodes of a session that may not write: a look beforehand, and no guard. */
export function looksOnly(nodes: NodeDoor, reason: string): NodeDoor {
  return {
    preflight: (request, options) => nodes.preflight(request, options),
    run: async () => {
      throw readOnly(reason)
    },
    settle: async () => {
      throw readOnly(reason)
    },
  }
}

function readOnly(reason: string): HardenError {
  return new HardenError('read-only', `Nothing is written: ${reason}.`, 'Connect without --read-only.')
}
