// Runs the Go toolchain: one build at a time, with progress lines and errors that say what to do.
import { spawn } from 'node:child_process'
import { userInfo } from 'node:os'

const PROGRESS_EVERY_MS = 20_000

/** @returns {Promise<string>} such as "go1.26.8"; throws when Go is missing */
export async function goVersion(cwd) {
  const { code, stdout, stderr } = await runGo(['env', 'GOVERSION'], cwd)
  if (code === 0) return stdout.trim()
  throw new Error(
    `The binaries for the cluster tests cannot be built: ${stderr.trim()}\n` +
      'They start a real etcd and kube-apiserver, and both are built from source with Go.\n' +
      'Install the Go version that test/cluster/assets/go.mod names, or a newer one (https://go.dev/dl/), or set\n' +
      'KUBEBUILDER_ASSETS to a folder that already has etcd, kube-apiserver and kubectl.',
  )
}

/** Builds one main package into one file. */
export async function goBuild({ cwd, ldflags, tags = '', label, source, output, say }) {
  const started = Date.now()
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`
  const timer = setInterval(() => say(`building ${label}, ${elapsed()} so far`), PROGRESS_EVERY_MS)
  try {
    say(`building ${label}`)
    // -mod=readonly: go.mod and go.sum are complete, and a build that wants to change them is an error.
    const flags = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-tags', tags, '-ldflags', ldflags]
    const { code, stderr } = await runGo(['build', ...flags, '-o', output, source], cwd)
    if (code !== 0) {
      throw new Error(
        `go build of ${label} failed (exit code ${code}):\n${lastLines(stderr, 20)}\n` +
          'A first build downloads the sources of Kubernetes and etcd: check the network and the Go module proxy\n' +
          '(go env GOPROXY), and that there are 6 GB of free disk. Then run it again; what is compiled stays cached.',
      )
    }
    say(`built ${label} in ${elapsed()}`)
  } finally {
    clearInterval(timer)
  }
}

/** Runs `go`, and takes it down with us when we are interrupted. */
export function runGo(args, cwd) {
  return new Promise((resolve) => {
    const child = spawn('go', args, { cwd, env: goEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    const interrupted = () => process.exit(130)
    const kill = () => child.kill('SIGTERM')
    const finish = (code) => {
      process.removeListener('SIGINT', interrupted).removeListener('SIGTERM', interrupted).removeListener('exit', kill)
      resolve({ code, ...output })
    }
    process.on('SIGINT', interrupted).on('SIGTERM', interrupted).on('exit', kill)
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        output[name] += text
      })
    }
    child.on('error', (error) => {
      output.stderr += error.code === 'ENOENT' ? 'the command "go" was not found on the PATH.' : error.message
      finish(127)
    })
    child.on('close', finish)
  })
}

function goEnvironment() {
  // No HOME, no Go: it keeps its caches there. CGO off makes static binaries that need no C compiler.
  return { ...process.env, HOME: process.env.HOME || userInfo().homedir, CGO_ENABLED: '0', GOWORK: 'off' }
}

function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
