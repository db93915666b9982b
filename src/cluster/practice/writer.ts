import { isDeepStrictEqual } from 'node:util'
import type { Writer, Written } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import { type Json, type KubeObject, type ObjectRef, refLabel, refOf } from '#model/refs.ts'
import { namespaceBorn } from './controllers.ts'
import { prepared, withDefaults } from './defaults.ts'
import { changed, exists, fieldsTaken, interrupted, notFound, rejected, secretRefused } from './errors.ts'
import { type Operation, patchJson } from './jsonPatch.ts'
import { applyFields, updateFields } from './managed.ts'
import { groupOfVersion, resourceOf, serverLabel } from './resources.ts'
import { born, kept, plain, type Store, scoped } from './store.ts'
import { checkFields, checkObject } from './validate.ts'

interface Options {
  readonly fieldManager: string
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

/** The writing door of the practice cluster: in memory, with the API server's rules as far as wizards meet them. */
export function makePracticeWriter(store: Store, clock: () => Date = () => new Date()): Writer {
  const now = () => `${clock().toISOString().slice(0, 19)}Z`
  return {
    get: async (ref) => plainOrNothing(store.get(open(ref))),
    async apply(sent, options) {
      const { object, ref, live } = begin(store, sent, options)
      if (object.metadata.managedFields !== undefined) throw rejected(ref, 'metadata.managedFields must be nil')
      checkPreconditions(object, live, ref)
      const write = { manager: options.fieldManager, now: now(), force: options.force === true }
      const { object: merged, conflicts } = applyFields(live, object, write)
      if (conflicts.length > 0) throw fieldsTaken(ref, conflicts)
      return finish(store, merged, live, options, now())
    },
    async create(sent, options) {
      const { object, ref, live } = begin(store, sent, options)
      if (object.metadata.resourceVersion !== undefined && object.metadata.resourceVersion !== '')
        throw rejected(ref, 'resourceVersion should not be set on objects to be created')
      const whole = withDefaults(object)
      checkObject(whole, undefined)
      if (live !== undefined) throw exists(ref)
      return finish(store, updateFields(undefined, whole, { manager: options.fieldManager, now: now() }), undefined, options, now())
    },
    async replace(sent, options) {
      const { object, ref, live } = begin(store, sent, options)
      if (object.metadata.uid === undefined || object.metadata.resourceVersion === undefined) throw withoutPreconditions(ref)
      checkPreconditions(object, live, ref)
      return update(store, object, live, options, now())
    },
    async jsonPatch(target, operations, options) {
      interrupted(options.signal)
      const ref = open(target)
      const live = store.get(ref)
      if (live === undefined) throw notFound(ref)
      const object = patched(live, operations, ref)
      checkPreconditions(object, live, ref)
      return update(store, object, live, options, now())
    },
    async remove(target, { uid, resourceVersion, dryRun, signal }) {
      interrupted(signal)
      const ref = open(target)
      if (uid === '') throw withoutPreconditions(ref)
      const live = store.get(ref)
      if (live === undefined) throw notFound(ref)
      checkPreconditions({ metadata: { uid, resourceVersion } }, live, ref)
      if (dryRun !== true) store.delete(ref)
    },
    plural: async (apiVersion, kind) => resourceOf(apiVersion, kind),
  }
}

interface Begun {
  readonly object: KubeObject
  readonly ref: ObjectRef
  readonly live: KubeObject | undefined
}

function begin(store: Store, sent: KubeObject, { signal }: Options): Begun {
  interrupted(signal)
  const ref = open(refOf(sent))
  const object = plain(sent)
  checkFields(object)
  // The server looks for the namespace first, in a dry run too.
  if (ref.namespace !== undefined && !store.hasNamespace(ref.namespace)) throw notFound(ref, `namespaces "${ref.namespace}" not found`)
  return { object, ref, live: store.get(ref) }
}

/** The ref as it is looked up; Secrets and kinds that are not served are refused. */
function open(target: ObjectRef): ObjectRef {
  if (target.apiVersion === 'v1' && target.kind.toLowerCase() === 'secret') throw secretRefused(target)
  const { namespaced } = resourceOf(target.apiVersion, target.kind)
  if (namespaced && (target.namespace === undefined || target.namespace === ''))
    throw new HardenError('input', `${refLabel(target)} has no namespace.`, 'Objects of this kind belong to a namespace: name one.')
  return scoped(target)
}

function checkPreconditions(
  { metadata }: { metadata: { uid?: string; resourceVersion?: string } },
  live: KubeObject | undefined,
  ref: ObjectRef,
): void {
  const { uid, resourceVersion } = metadata
  if (live === undefined) {
    if (uid === undefined && resourceVersion === undefined) return
    // Kinds that a PUT may create answer with a conflict, others that there is none.
    if (groupOfVersion(ref.apiVersion) === 'rbac.authorization.k8s.io' && uid !== undefined)
      throw changed(ref, `Precondition failed: UID in precondition: ${uid}, UID in object meta: `)
    throw notFound(ref)
  }
  if (uid !== undefined && uid !== live.metadata.uid)
    throw changed(ref, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`)
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion)
    throw changed(
      ref,
      `Operation cannot be fulfilled on ${serverLabel(ref)}: the object has been modified; please apply your changes to the latest version and try again`,
    )
}

function update(store: Store, object: KubeObject, live: KubeObject | undefined, options: Options, now: string): Written {
  const whole = withDefaults(object)
  return finish(store, updateFields(live, whole, { manager: options.fieldManager, now }), live, options, now)
}

/** Defaults, validation, and the write itself unless it is a dry run or changes nothing. */
function finish(store: Store, merged: KubeObject, live: KubeObject | undefined, { dryRun }: Options, now: string): Written {
  const whole = withDefaults(merged)
  const ready = prepared(live === undefined ? born(whole, now) : kept(whole, live), live)
  const object = asStored(plain(ready))
  checkObject(object, live)
  if (live !== undefined && isDeepStrictEqual(object, live)) return { object: plain(live), warnings: [] }
  if (dryRun === true) return { object, warnings: [] }
  const stored = store.put(object)
  if (live === undefined) for (const made of namespaceBorn(stored, now)) store.put(made)
  return { object: plain(stored), warnings: [] }
}

/** An empty list of rules is written as one and read back as null. */
function asStored(object: KubeObject): KubeObject {
  return Array.isArray(object.rules) && object.rules.length === 0 ? { ...object, rules: null } : object
}

function patched(live: KubeObject, operations: readonly Operation[], ref: ObjectRef): KubeObject {
  let value: Json
  try {
    value = patchJson(plain(live) as Json, operations)
  } catch (error) {
    throw rejected(ref, (error as Error).message)
  }
  const object = value as unknown as KubeObject
  if (typeof object !== 'object' || object === null || object.kind !== live.kind || object.metadata?.name !== live.metadata.name)
    throw rejected(ref, 'the name and kind of an object cannot be changed')
  checkFields(object)
  return object
}

function plainOrNothing(object: KubeObject | undefined): KubeObject | undefined {
  return object === undefined ? undefined : plain(object)
}

function withoutPreconditions(ref: ObjectRef): HardenError {
  return new HardenError(
    'internal',
    `${refLabel(ref)}: a change without uid and resourceVersion was stopped.`,
    'This is a defect in kubeharden. Nothing was sent. Please report which wizard did it.',
  )
}
