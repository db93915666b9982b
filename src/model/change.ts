import type { KubeletSetting, NodeComponent, NodeMount, NodePlan } from './node.ts'
import type { Json, KubeObject, ObjectRef } from './refs.ts'
import type { Right } from './right.ts'
import type { Text } from './text.ts'

/** Values for a template's holes. `undefined` removes the pair of an optional hole (`${name?}`). */
export type Values = { readonly [name: string]: Json | undefined }

/** A step of a path: a key, or `{ key, value }` to find a list item by its merge key. */
export type PathStep = string | { readonly key: string; readonly value: string }

/** Name of a pseudo field that holds the order of a keyed list: `{ key: '$order', value: 'name' }`. */
export const ORDER = '$order'

/** `spec.containers[name=app].image`, for messages and screens (escape with `safe`). */
export function pathLabel(path: readonly PathStep[]): string {
  return path
    .map((step, i) => {
      if (typeof step !== 'string') return step.key === ORDER ? ' (order)' : `[${step.key}=${step.value}]`
      if (!/^[\w-]+$/.test(step)) return `["${step}"]`
      return i === 0 ? step : `.${step}`
    })
    .join('')
}

/** One field set or removed. */
export type Edit =
  | { readonly op: 'set'; readonly path: readonly PathStep[]; readonly value: Json }
  | { readonly op: 'remove'; readonly path: readonly PathStep[] }

/**
 * A secret in a generated file, resolved only when the file is written (mode 0600): made by the system's CSPRNG, or
 * taken from a file the operator named. The same `id` is the same key in every file of the plan.
 */
export type KeySource =
  | { readonly from: 'random'; readonly id: string; readonly bytes: 16 | 24 | 32 }
  | { readonly from: 'encryption-config'; readonly id: string; readonly file: string; readonly provider: string; readonly keyName: string }

/** A file of a guided change: from a template (YAML) or a text. Hole values that are keys stand in `keys`. */
export interface GeneratedFile {
  readonly path: string
  readonly mode: number
  readonly content:
    | {
        readonly kind: 'template'
        readonly template: string
        readonly values: Values
        readonly keys?: { readonly [hole: string]: KeySource }
      }
    | { readonly kind: 'text'; readonly text: string }
    /** The constant script that changes a node. */
    | { readonly kind: 'node-script' }
    /** What that script is to do on a node, as lines; they name the sha256 of the plan's files. */
    | { readonly kind: 'node-plan'; readonly node: string; readonly plan: NodePlan; readonly now?: NodeChange['now'] }
    /** A JSON Patch of one text in an object, which it refuses to replace where it is another one by then. */
    | { readonly kind: 'text-patch'; readonly path: readonly string[]; readonly from: string; readonly to: string }
}

export interface Step {
  readonly title: Text
  /** Shell lines to run on the node, if any. */
  readonly commands?: readonly string[]
  readonly explain?: Text
}

/** How the API tells that a guided change took. */
export type Probe =
  | {
      readonly kind: 'encryption'
      readonly prefix: string
      readonly resources: readonly string[]
      /** Where this leads to: the key that is to write in the end (`secretbox:key2`), or `identity`. */
      readonly goal?: string
    }
  | { readonly kind: 'check'; readonly check: string }

/** What a wizard plans; each is previewed, applied, proven and undone by the change room. */
export type Change =
  /** Server-side apply of an object rendered from `templates/<template>`; all fields in it become ours. */
  | { readonly kind: 'apply'; readonly template: string; readonly values: Values }
  /** Server-side apply of an object from somebody's own manifest (`apply -f`). */
  | { readonly kind: 'object'; readonly object: KubeObject }
  /** Existing objects of others: fields set and removed, PUT with uid and resourceVersion. */
  | { readonly kind: 'edit'; readonly ref: ObjectRef; readonly edits: readonly Edit[] }
  | { readonly kind: 'remove'; readonly ref: ObjectRef }
  | {
      readonly kind: 'guide'
      readonly title: Text
      readonly files: readonly GeneratedFile[]
      readonly rollback: readonly Step[]
      readonly steps: readonly Step[]
      readonly proof: Probe
    }
  | NodeChange

/** A change of one component on one node, made from the session by a guard (`NodeDoor`). One at a time, in the order of the plan. */
export interface NodeChange {
  readonly kind: 'node'
  readonly title: Text
  readonly node: string
  readonly plan: NodePlan
  /** Image of the guard. */
  readonly image: string
  readonly proof: Probe
  /** What is set now, where the wizard saw it; flags that it did not see are looked up in the mirror pod. */
  readonly now?: { readonly flags?: { readonly [name: string]: string }; readonly settings?: readonly KubeletSetting[] }
}

/** The way back of one journal entry; never planned by a wizard, made by the change room for the preview of an undo. */
export interface Restore {
  readonly kind: 'restore'
  readonly ref: ObjectRef
  readonly run: string
  readonly entry: string
}

/** The way back of one journal entry about a node. */
export interface NodeRestore {
  readonly kind: 'restore-node'
  readonly node: string
  readonly run: string
  readonly entry: string
}

/** What a change breaks or risks, known before yes. */
export interface Impact {
  readonly level: 'info' | 'warn' | 'danger'
  readonly text: Text
  readonly params?: { readonly [name: string]: string | number }
}

/** Who owns a field that we want to set, and to what it is set now. */
export interface FieldConflict {
  readonly manager: string
  readonly field: string
}

/** One line of a diff of two objects, by path; `before`/`after` are YAML of that field. */
export interface FieldChange {
  readonly path: readonly PathStep[]
  readonly before?: Json
  readonly after?: Json
}

export type PreviewItem =
  | {
      readonly kind: 'object'
      readonly change: Change | Restore
      readonly ref: ObjectRef
      readonly action: 'create' | 'update' | 'delete' | 'none'
      /** YAML of the whole object as it would be written, with the template's comments. */
      readonly yaml: string
      /**
       * What is stored now and what the server's dry run answers, without managedFields, status and bookkeeping, credentials
       * masked. `before` keeps uid and resourceVersion: apply looks whether it is still so.
       */
      readonly before?: KubeObject
      readonly after?: KubeObject
      readonly fields: readonly FieldChange[]
      readonly warnings: readonly string[]
      readonly conflicts: readonly FieldConflict[]
      /** Helm, Argo CD, Flux or an operator that would put it back. */
      readonly managedBy?: string
      /** Why it cannot be applied: the server's words. */
      readonly refused?: { readonly message: string; readonly hint: string }
    }
  | {
      readonly kind: 'guide'
      readonly change: Extract<Change, { kind: 'guide' }>
      readonly files: readonly GuideFile[]
      /** What its scripts do, in the order in which they are run: shown before any file. */
      readonly nodes?: readonly NodeItem[]
    }
  | NodeItem

/** A file as the operator sees it before it is written; keys are masked. */
export interface GuideFile {
  readonly path: string
  readonly mode: number
  readonly masked: string
  /** What it is, where showing it whole would only repeat what stands elsewhere, or in every folder. */
  readonly told?: Text
  /** The text that it changes, and into what: shown in its place. */
  readonly compared?: { readonly before: string; readonly after: string }
}

/** A flag of a static pod as it is and as it would be; without a value it is not set. */
export interface FlagChange {
  readonly name: string
  readonly before?: string
  readonly after?: string
}

/** What a guard would do on a node. */
export interface NodeItem {
  readonly kind: 'node'
  readonly change: NodeChange | NodeRestore
  readonly node: string
  readonly component: NodeComponent
  readonly image: string
  readonly action: 'change' | 'undo' | 'none'
  readonly flags: readonly FlagChange[]
  readonly settings: readonly FieldChange[]
  readonly folders: NodePlan['folders']
  readonly mounts: readonly NodeMount[]
  readonly unmounts?: NodePlan['unmounts']
  readonly files: readonly { path: string; mode: number; masked: string }[]
  /** Its files hold keys: a copy is kept in a folder of the operator's. */
  readonly makesKeys: boolean
  /** What the guard may touch and what it costs, in plain words. */
  readonly touches: readonly Impact[]
  /** What the server said to the dry run of the guard. */
  readonly warnings: readonly string[]
  /** Why the guard cannot be started. */
  readonly refused?: { readonly message: string; readonly hint: string }
}

export interface Preview {
  readonly wizard: string
  readonly cluster: { readonly uid?: string; readonly name: string }
  readonly items: readonly PreviewItem[]
  readonly impacts: readonly Impact[]
  readonly reversible: true | Text
  /** What a folder holds in place of the items: the same done by hand, where guards would change nodes. */
  readonly inFolder?: readonly PreviewItem[]
  /** True where every item can be applied (no refusal, no unresolved conflict). */
  readonly ok: boolean
}

/** Does applying this write files of its own: those of a guided change, or a copy of keys that go to nodes? */
export function needsFolder(preview: Preview): boolean {
  return preview.items.some((item) => item.kind === 'guide' || (item.kind === 'node' && item.makesKeys && item.action !== 'none'))
}

/** Which right a change needs, for the error that names it. */
export function rightToWrite(verb: 'create' | 'patch' | 'update' | 'delete', ref: ObjectRef, plural: string): Right {
  const group = ref.apiVersion.includes('/') ? (ref.apiVersion.split('/')[0] ?? '') : ''
  return { verb, group, resource: plural, ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }) }
}
