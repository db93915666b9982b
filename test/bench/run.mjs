// Benchmarks as ratios against a floor in the same run: `npm run bench`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../bin/dev/root.mjs'
import { cpuUntil, median } from './measure.mjs'

const RUNS = Number(process.env.RUNS ?? 11)
const home = mkdtempSync(join(tmpdir(), 'kubeharden-bench-'))
const trivial = join(root, 'dist', 'bench-ink.mjs')
writeFileSync(
  trivial,
  "import React from 'react'\nimport { render, Text } from 'ink'\nrender(React.createElement(Text, null, 'kubeharden'))\nsetTimeout(() => {}, 60000)\n",
)

const env = { HOME: home, XDG_STATE_HOME: home }
const cases = {
  'bare Node': () => cpuUntil(['-e', 'setTimeout(() => {}, 5000)'], { ms: 300, env }),
  'a trivial Ink app, not bundled': () => cpuUntil([trivial], { wanted: 'kubeharden', env }),
  'kubeharden, first frame': () => cpuUntil([join(root, 'bin/kubeharden.js'), '--practice'], { wanted: 'kubeharden', env }),
  'kubeharden, checklist of the practice cluster': () =>
    cpuUntil([join(root, 'bin/kubeharden.js'), '--practice'], { wanted: 'Network policies', env }),
}

const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]))
try {
  for (const run of Object.values(cases)) await run() // fills the compile cache and the page cache
  for (let i = 0; i < RUNS; i += 1) for (const [name, run] of Object.entries(cases)) times[name].push(await run())
} finally {
  rmSync(home, { recursive: true, force: true })
  rmSync(trivial, { force: true })
}

const floor = median(times['bare Node'])
console.log(`CPU time from start, ${RUNS} runs in turn, Node ${process.versions.node}`)
for (const [name, list] of Object.entries(times)) {
  const ratios = list.map((t, i) => t / times['bare Node'][i])
  console.log(
    `  ${name.padEnd(48)} median ${median(list).toFixed(0)} ms (${Math.min(...list).toFixed(0)} to ${Math.max(...list).toFixed(0)}), ${median(ratios).toFixed(1)} times bare Node`,
  )
}
const ratio = median(times['kubeharden, first frame'].map((t, i) => t / times['bare Node'][i]))
console.log(`First frame: ${ratio.toFixed(1)} times bare Node (${floor.toFixed(0)} ms); goal: at most 8.`)
process.exitCode = ratio <= 8 ? 0 : 1
