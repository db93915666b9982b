import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Writer, Written } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import type { Journal, JournalRun } from '#model/journal.ts'
import { type Json, type KubeObject, type ObjectRef, refKey, refLabel, refOf } from '#model/refs.ts'

type Map_ = { readonly [key: string]: Json | undefined }
const isMap = (v: unknown): v is Map_ => typeof v === 'object' && v !== null && !Array.isArray(v)

/** Called before (`at: 'before'`) and after each write; what it throws is what the caller gets. */
export type Fault = (call: { verb: string; ref: ObjectRef; at: 'before' | 'after'; dryRun: boolean }) => void

/** A cluster in memory: just enough of an API server for the change room. */
export class FakeCluster implements Writer {
  readonly objects = new Map<string, KubeObject>()
  readonly calls: string[] = []
  warnings: readonly string[] = []
  fault: Fault = () => undefined
  #version = 0
  #uid = 0

  put(object: KubeObject, manager = 'kubectl'): KubeObject {
    return this.#store({ ...object, metadata: { ...object.metadata, uid: object.metadata.uid ?? this.#newUid() } }, manager, 'Update')
  }

  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    return structuredClone(this.objects.get(refKey(ref)))
  }

  async apply(object: KubeObject, { fieldManager, dryRun }: { fieldManager: string; dryRun?: boolean }): Promise<Written> {
    return this.#write('apply', refOf(object), dryRun, (live) => {
      const { uid, resourceVersion } = object.metadata
      if (resourceVersion !== undefined && resourceVersion !== live?.metadata.resourceVersion) throw conflict(refOf(object))
      const base = live ?? { ...object, metadata: { ...object.metadata, uid: uid ?? this.#newUid() } }
      return [merge(base as Json, object as Json) as unknown as KubeObject, fieldManager, 'Apply', object]
    })
  }

  async create(object: KubeObject, { fieldManager, dryRun }: { fieldManager: string; dryRun?: boolean }): Promise<Written> {
    return this.#write('create', refOf(object), dryRun, (live) => {
      if (live !== undefined) throw conflict(refOf(object))
      return [{ ...object, metadata: { ...object.metadata, uid: this.#newUid() } }, fieldManager, 'Update', object]
    })
  }

  async replace(object: KubeObject, { fieldManager, dryRun }: { fieldManager: string; dryRun?: boolean }): Promise<Written> {
    return this.#write('replace', refOf(object), dryRun, (live) => {
      if (live?.metadata.resourceVersion !== object.metadata.resourceVersion || live?.metadata.uid !== object.metadata.uid)
        throw conflict(refOf(object))
      return [object, fieldManager, 'Update', object]
    })
  }

  async jsonPatch(ref: ObjectRef, operations: readonly { op: string; path: string; value?: Json }[]): Promise<Written> {
    return this.#write('patch', ref, false, (live) => {
      const [test, replace] = operations
      if (live === undefined || test?.value !== live.metadata.resourceVersion || replace?.path !== '/metadata/managedFields')
        throw conflict(ref)
      return [{ ...live, metadata: { ...live.metadata, managedFields: replace.value } }, undefined, 'Update', live]
    })
  }

  async remove(
    ref: ObjectRef,
    { uid, resourceVersion, dryRun = false }: { uid: string; resourceVersion?: string; dryRun?: boolean },
  ): Promise<void> {
    this.#call('remove', ref, 'before', dryRun)
    const live = this.objects.get(refKey(ref))
    if (live === undefined) throw new HardenError('not-found', `${refLabel(ref)} not found`, '')
    if (live.metadata.uid !== uid || (resourceVersion ?? live.metadata.resourceVersion) !== live.metadata.resourceVersion)
      throw conflict(ref)
    if (!dryRun) this.objects.delete(refKey(ref))
    this.#call('remove', ref, 'after', dryRun)
  }

  async plural(_apiVersion: string, kind: string) {
    return { plural: `${kind.toLowerCase()}s`, namespaced: true }
  }

  #call(verb: string, ref: ObjectRef, at: 'before' | 'after', dryRun: boolean): void {
    if (at === 'before') this.calls.push(`${dryRun ? 'dry ' : ''}${verb} ${ref.name}`)
    this.fault({ verb, ref, at, dryRun })
  }

  #write(
    verb: string,
    ref: ObjectRef,
    dryRun = false,
    make: (live: KubeObject | undefined) => [KubeObject, string | undefined, string, KubeObject],
  ): Written {
    this.#call(verb, ref, 'before', dryRun)
    const live = this.objects.get(refKey(ref))
    const [object, manager, operation, owned] = make(structuredClone(live))
    const stored = this.#store(object, manager, operation, owned, dryRun)
    this.#call(verb, ref, 'after', dryRun)
    return { object: structuredClone(stored), warnings: this.warnings }
  }

  #store(object: KubeObject, manager: string | undefined, operation: string, owned = object, dryRun = false): KubeObject {
    const old = (object.metadata.managedFields ?? []) as readonly { manager: string; operation: string }[]
    const { uid: _u, resourceVersion: _r, managedFields: _m, ...metadata } = owned.metadata
    const entry = {
      manager,
      operation,
      apiVersion: object.apiVersion,
      fieldsType: 'FieldsV1',
      fieldsV1: fieldsOf({ ...owned, metadata } as never),
    }
    const managedFields = manager === undefined ? old : [...old.filter((e) => e.manager !== manager || e.operation !== operation), entry]
    if (!dryRun) this.#version += 1
    const resourceVersion = String(this.#version)
    const stored = structuredClone({ ...object, metadata: { ...object.metadata, resourceVersion, managedFields: managedFields as never } })
    if (!dryRun) this.objects.set(refKey(refOf(stored)), stored)
    return stored
  }

  #newUid(): string {
    this.#uid += 1
    return `uid-${this.#uid}`
  }
}

function conflict(ref: ObjectRef): HardenError {
  return new HardenError('conflict', `${refLabel(ref)} has been modified`, 'Preview again.')
}

function merge(a: Json | undefined, b: Json): Json {
  if (!isMap(a) || !isMap(b)) return b
  return { ...a, ...Object.fromEntries(Object.entries(b).map(([k, v]) => [k, merge(a[k], v as Json)])) }
}

function fieldsOf(value: Json): Json {
  if (!isMap(value)) return {}
  const skip = new Set(['apiVersion', 'kind', 'name', 'namespace'])
  return Object.fromEntries(Object.entries(value).flatMap(([k, v]) => (skip.has(k) ? [] : [[`f:${k}`, fieldsOf(v as Json)]])))
}

export class MemoryJournal implements Journal {
  readonly saved: JournalRun[] = []
  readonly #runs = new Map<string, JournalRun>()
  async save(run: JournalRun): Promise<void> {
    this.saved.push(structuredClone(run))
    this.#runs.set(run.id, structuredClone(run))
  }
  async list(): Promise<readonly JournalRun[]> {
    return [...this.#runs.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }
  async get(id: string): Promise<JournalRun | undefined> {
    return this.#runs.get(id)
  }
}

/** Templates of their own for tests: `t/config`, `t/namespace`, `t/binding`, `t/encryption`. */
export function testTemplates(): string {
  const root = mkdtempSync(path.join(os.tmpdir(), 'kh-templates-'))
  mkdirSync(path.join(root, 't'))
  const write = (name: string, text: string) => writeFileSync(path.join(root, 't', `${name}.yaml`), text)
  /* biome-ignore-start lint/suspicious/noTemplateCurlyInString: holes */
  write(
    'config',
    '# why\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: shop\n  labels: ${labels?}\ndata: ${data}\n',
  )
  write('namespace', 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n')
  write(
    'encryption',
    'kind: EncryptionConfiguration\nresources:\n  - providers:\n      - secretbox:\n          keys:\n            - name: k1\n              secret: ${key}\n',
  )
  /* biome-ignore-end lint/suspicious/noTemplateCurlyInString: holes */
  return root
}

export function temporaryFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'kh-test-'))
}
