// Bundles src/main.ts into dist/: one ESM build with split chunks, so that the Kubernetes client loads after the first frame.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './root.mjs'

const dist = join(root, 'dist')
// Built beside and swapped in: a session that runs from dist/ at this moment loses its chunks only for an instant.
const out = `${dist}.new`
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const emptyModule = join(out, 'empty.js')
writeFileSync(emptyModule, 'export default {}\n')

const result = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts', registry: 'src/registry.ts' },
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  sourcemap: false,
  metafile: true,
  // Ink asks for the devtools only in development.
  alias: { 'react-devtools-core': emptyModule },
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  logLevel: 'warning',
})
writeFileSync(join(out, 'meta.json'), JSON.stringify(result.metafile))

const old = `${dist}.old`
rmSync(old, { recursive: true, force: true })
if (existsSync(dist)) renameSync(dist, old)
renameSync(out, dist)
rmSync(old, { recursive: true, force: true })
