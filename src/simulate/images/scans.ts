import type { Item } from '#model/kinds.ts'
import type { Scanned } from '#model/objects/images.ts'
import type { ObjectRef } from '#model/refs.ts'
import { refTo } from '../workloadsRefs.ts'
import { fullName, isReference, parseImage, repositoryOf } from './reference.ts'

/** What is known of one image, by whichever scanner. */
export interface Scan {
  readonly from: ObjectRef
  /** Undefined where nobody wrote it down. */
  readonly takenAt: number | undefined
  readonly names: readonly string[]
  readonly user?: string
  readonly scanned: Scanned
}

export interface ScanLists {
  readonly vulnerabilityReports: readonly Item<'vulnerabilityReports'>[]
  readonly imageScans: readonly Item<'imageScans'>[]
}

/** Reports of the cluster's scanner, and files that were handed over, alike. */
export function scansOf({ vulnerabilityReports, imageScans }: ScanLists): readonly Scan[] {
  return [
    ...vulnerabilityReports.map((item) => {
      const { artifact, registry, scanned, updateTimestamp } = item.report
      return {
        from: refTo('vulnerabilityReports', item),
        takenAt: timeOf(updateTimestamp),
        names: namesOfArtifact(artifact, registry.server),
        scanned,
      }
    }),
    ...imageScans.map((item) => ({
      from: refTo('imageScans', item),
      takenAt: timeOf(item.takenAt),
      names: item.names,
      ...(item.user === undefined ? {} : { user: item.user }),
      scanned: item.scanned,
    })),
  ]
}

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : time
}

type Artifact = Item<'vulnerabilityReports'>['report']['artifact']

/** `library/nginx` on `index.docker.io`, by tag and by digest. */
function namesOfArtifact({ repository = '', tag = '', digest = '' }: Artifact, server: string): readonly string[] {
  if (repository === '') return []
  const name = server === '' ? repository : `${server}/${repository}`
  return [...(tag === '' ? [] : [`${name}:${tag}`]), ...(digest === '' ? [] : [`${name}@${digest}`])]
}

/**
 * Finds the newest scan of an image as a workload names it. Nodes know which digest a tag stands for: an image scanned by digest
 * is found by its tag as well, where it lies on a node under both. A digest is the same image in every repository.
 */
export function scanFinder(scans: readonly Scan[], nodes: readonly Item<'nodes'>[]): (image: string) => Scan | undefined {
  const newest = new Map<string, Scan>()
  for (const scan of scans)
    for (const key of scan.names.flatMap(keysOf)) {
      const other = newest.get(key)
      if (other === undefined || (scan.takenAt ?? 0) > (other.takenAt ?? 0)) newest.set(key, scan)
    }
  const also = new Map<string, readonly string[]>()
  for (const { names } of nodes.flatMap((node) => node.status.images)) {
    const keys = [...new Set(names.flatMap(keysOf))]
    for (const key of keys) also.set(key, [...(also.get(key) ?? []), ...keys])
  }
  return (image) => {
    const keys = keysOf(image)
    const found = [...new Set([...keys, ...keys.flatMap((key) => also.get(key) ?? [])])].flatMap((key) => newest.get(key) ?? [])
    return found.toSorted((a, b) => (b.takenAt ?? 0) - (a.takenAt ?? 0))[0]
  }
}

/** What an image can be found by: its full name, or its digest alone; of a name with both the tag decides nothing. */
function keysOf(image: string): readonly string[] {
  const parsed = parseImage(image)
  if (!isReference(parsed)) return []
  return parsed.digest === undefined ? [fullName(image)] : [parsed.digest, `${repositoryOf(parsed)}@${parsed.digest}`]
}
