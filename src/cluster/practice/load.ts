import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HardenError } from '#model/errors.ts'
import { type KubeObject, refLabel, refOf } from '#model/refs.ts'
import { parseManifests } from '../objects/parse.ts'
import { uuidOf } from './controllers.ts'
import { prepared, withDefaults } from './defaults.ts'
import { updateFields } from './managed.ts'
import { born } from './store.ts'

/** Who wrote the objects of a file, as managedFields would tell; nobody wrote what is asked of servers and nodes. */
const FILES: readonly { readonly file: string; readonly manager?: string }[] = [
  { file: 'kube-apiserver.yaml', manager: 'kube-apiserver' },
  { file: 'kube-controller-manager.yaml', manager: 'kube-controller-manager' },
  { file: 'kubelet.yaml', manager: 'kubelet' },
  { file: 'kubeadm.yaml', manager: 'kubeadm' },
  { file: 'kube-router.yaml', manager: 'kubectl-client-side-apply' },
  { file: 'shop.yaml', manager: 'kubectl-client-side-apply' },
  { file: 'probes.yaml' },
  { file: 'evidence.yaml' },
]
/** The day on which the files are written as if it were today, and when the cluster was made. */
const WRITTEN = Date.parse('2026-06-01T09:00:00Z')
const INSTALLED = '2026-05-04T08:00:00Z'
const DAY = 86_400_000

/** The bundled objects of the practice cluster, with identity, owners and times that fit today. */
export async function loadPractice(now: Date): Promise<KubeObject[]> {
  const days = Math.floor((now.getTime() - WRITTEN) / DAY)
  parsed ??= readObjects(practiceFolder())
  return (await parsed).map((object) => moveTimes(object, days) as KubeObject)
}

/** Parsed once for each process: the files do not change. */
let parsed: Promise<readonly KubeObject[]> | undefined

async function readObjects(folder: string): Promise<readonly KubeObject[]> {
  const parts = await Promise.all(
    FILES.map(async ({ file, manager }) => {
      const path = join(folder, file)
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        throw new HardenError('internal', `${path} is missing`, 'The installation is not complete: install kubeharden again.', {
          cause: error,
        })
      })
      return parseManifests(text, file).objects.map(({ object }) => alive(object, manager))
    }),
  )
  return parts.flat()
}

function alive(object: KubeObject, manager: string | undefined): KubeObject {
  if (manager === undefined) return object
  const { uid, creationTimestamp } = object.metadata
  const created = typeof creationTimestamp === 'string' ? creationTimestamp : INSTALLED
  const whole = withDefaults(born(object, created, uid ?? uuidOf(refLabel(refOf(object)))))
  const by = object.metadata.annotations?.['meta.helm.sh/release-name'] === undefined ? manager : 'helm'
  return prepared(updateFields(undefined, whole, { manager: by, now: created }))
}

/** Every time in an object, moved by whole days. */
function moveTimes(value: unknown, days: number): unknown {
  if (typeof value === 'string') {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return value
    return `${new Date(Date.parse(value) + days * DAY).toISOString().slice(0, 19)}Z`
  }
  if (Array.isArray(value)) return value.map((item) => moveTimes(item, days))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, moveTimes(item, days)]))
}

/** `templates/practice` of this package, from source and from the bundle alike. */
function practiceFolder(): string {
  let dir = dirname(fileURLToPath(import.meta.url))
  while (!isPackage(join(dir, 'package.json'))) {
    const up = dirname(dir)
    if (up === dir)
      throw new HardenError(
        'internal',
        'The files of kubeharden were not found.',
        'The installation is not complete: install kubeharden again.',
      )
    dir = up
  }
  return join(dir, 'templates', 'practice')
}

function isPackage(path: string): boolean {
  return existsSync(path) && (JSON.parse(readFileSync(path, 'utf8')) as { name?: string }).name === 'kubeharden'
}
