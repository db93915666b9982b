// The cgroups of a cluster: one branch in each hierarchy (cgroup v1), or in the one (v2).
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = '/sys/fs/cgroup'

function hierarchies() {
  if (existsSync(path.join(ROOT, 'cgroup.controllers'))) return [ROOT]
  return readdirSync(ROOT)
    .map((name) => path.join(ROOT, name))
    .filter((folder) => statSync(folder).isDirectory())
}

/** The kubelet refuses a cgroupRoot that is missing in any hierarchy. */
export function makeCgroups(name) {
  for (const root of hierarchies()) {
    let at = root
    for (const part of name.split('/')) {
      const parent = at
      at = path.join(at, part)
      mkdirSync(at, { recursive: true })
      // A new cpuset holds no processor and no memory, and then takes no process.
      for (const file of ['cpuset.cpus', 'cpuset.mems'])
        if (root !== ROOT && existsSync(path.join(at, file)))
          writeFileSync(path.join(at, file), readFileSync(path.join(parent, file), 'utf8'))
    }
  }
}

/** Removes a branch; false where something in it is still ending. */
export function removeCgroups(name) {
  return hierarchies().every((root) => {
    const [first] = name.split('/')
    const gone = removeTree(path.join(root, name))
    try {
      rmdirSync(path.join(root, first ?? ''))
    } catch {
      // another cluster's branch is in it, or it is gone
    }
    return gone
  })
}

function removeTree(folder) {
  if (!existsSync(folder)) return true
  const inside = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const emptied = inside.map((entry) => removeTree(path.join(folder, entry.name))).every(Boolean)
  if (!emptied) return false
  try {
    rmdirSync(folder)
    return true
  } catch {
    return !existsSync(folder)
  }
}
