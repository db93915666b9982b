// One node takes about forty inotify instances, and Linux gives a user 128: with a fourth node containerd no longer starts. The limit
// is raised while clusters are there, and put back with the last one.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { clusterNames, clustersRoot } from './place.mjs'

const LIMIT = '/proc/sys/fs/inotify/max_user_instances'
const WANTED = 2048
const kept = () => path.join(clustersRoot(), '.inotify')

export function raiseLimit() {
  const now = Number(readFileSync(LIMIT, 'utf8'))
  if (now >= WANTED) return
  mkdirSync(clustersRoot(), { recursive: true })
  if (!existsSync(kept())) writeFileSync(kept(), String(now))
  writeFileSync(LIMIT, String(WANTED))
}

export function lowerLimit() {
  if (clusterNames().length > 0 || !existsSync(kept())) return
  writeFileSync(LIMIT, readFileSync(kept(), 'utf8'))
  rmSync(kept())
}
