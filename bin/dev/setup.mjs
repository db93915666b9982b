// Makes a checkout ready: dependencies, and with --build the bundle. Runs on any Node from 18 on, with nothing installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './root.mjs'

const say = (line) => process.stderr.write(`${line}\n`)

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options })
  return result.status ?? 1
}

const time = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0)

function newest(path) {
  if (!existsSync(path)) return 0
  if (!statSync(path).isDirectory()) return time(path)
  return readdirSync(path).reduce((max, name) => Math.max(max, newest(join(path, name))), time(path))
}

/** The headers of the Node that runs this, where they are installed beside it: saves node-gyp a download. */
function headersEnv() {
  const prefix = dirname(dirname(process.execPath))
  const have = existsSync(join(prefix, 'include', 'node', 'node_api.h'))
  return have && process.env.npm_config_nodedir === undefined ? { ...process.env, npm_config_nodedir: prefix } : process.env
}

function installDependencies() {
  const stamp = join(root, 'node_modules', '.kubeharden')
  // By content: a checkout gives files any time it likes.
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say('Installing dependencies (once, about half a minute)')
  // Scripts are run for exactly the packages that need one; node-pty is built from source and is the only one that may fail.
  if (run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']) !== 0) {
    say('npm ci failed. Check that the npm registry can be reached, then run this again.')
    process.exit(1)
  }
  if (run('npm', ['rebuild', 'node', 'esbuild', '--loglevel=error']) !== 0) {
    say('The packages node and esbuild could not be set up; see above.')
    process.exit(1)
  }
  if (run('npm', ['rebuild', 'node-pty', '--loglevel=silent'], { env: headersEnv() }) !== 0)
    say(
      'node-pty could not be built here (it needs Python, make and a C++ compiler). Everything runs; the terminal tests (test/e2e) will be left out.',
    )
  writeFileSync(stamp, wanted)
}

function buildBundle() {
  const sources = ['src', 'wizards', 'package.json', 'package-lock.json', 'bin/dev/build.mjs'].map((p) => newest(join(root, p)))
  if (time(join(root, 'dist', 'meta.json')) >= Math.max(...sources)) return
  say('Building (a second or two)')
  const node = join(root, 'node_modules', '.bin', 'node')
  if (run(existsSync(node) ? node : process.execPath, ['bin/dev/build.mjs']) !== 0) process.exit(1)
}

installDependencies()
if (process.argv.includes('--build')) buildBundle()
