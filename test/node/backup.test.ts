import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNode, type TestNode } from '../cluster/node/node.ts'
import { command, emptyHome } from '../e2e/command.ts'

const NS = 'etcd-backup'
const FOLDER = '/var/backups/etcd'
const env = emptyHome()
let node: TestNode

async function kubeharden(args: readonly string[], stdin?: string) {
  const ran = await command([...args, '--kubeconfig', node.kubeconfig], env, stdin === undefined ? {} : { stdin })
  expect(ran.code, `${args.join(' ')}: ${ran.err}${ran.out}`).toBe(0)
  return ran.out
}

beforeAll(async () => {
  node = await startNode()
  const out = `${env.HOME}/backup-files`
  await kubeharden(['apply', 'etcd-backup', '--in-namespace', NS, '--retention', 'daily-7', '--folder', FOLDER, '--out', out, '--yes'])
  await node.kubectl(['-n', NS, 'create', 'secret', 'generic', 'drill-marker', '--from-literal=marker=kubeharden'])
})

afterAll(async () => {
  await node?.kubectl(['delete', 'namespace', NS, '--ignore-not-found', '--wait=true'])
  await node?.exec(['rm', '-rf', FOLDER])
})

interface JobEnd {
  readonly passed: boolean
  readonly seconds: number
  readonly log: string
}

/** Runs a CronJob's Job now, to its end. */
async function run(cronJob: string, name: string): Promise<JobEnd> {
  await node.kubectl(['-n', NS, 'create', 'job', `--from=cronjob/${cronJob}`, name])
  const started = Date.now()
  const done = async (type: string) =>
    (await node.kubectl(['-n', NS, 'get', 'job', name, '-o', `jsonpath={.status.conditions[?(@.type=="${type}")].status}`])) === 'True'
  for (;;) {
    const passed = await done('Complete')
    if (passed || (await done('Failed'))) {
      const { stdout, stderr } = await node.exec(['kubectl', '-n', NS, 'logs', `job/${name}`, '--all-containers', '--tail=40'])
      return { passed, seconds: (Date.now() - started) / 1000, log: stdout + stderr }
    }
    expect(Date.now() - started, `${name} does not end`).toBeLessThan(240_000)
  }
}

async function drillCheck() {
  const report = JSON.parse(await kubeharden(['audit', '--check', 'backup/restore-drill', '-o', 'json']))
  const [check] = report.checks
  return { status: check.status as string, message: check.findings[0].message as string }
}

const ANSWERS = { byHandOnly: true, toolImage: 'registry.kubeharden.test/busybox:1.35', folder: FOLDER, snapshotFile: 'etcd-sunday.db' }

test('a backup is saved, readable by root alone', async () => {
  const saved = await run('etcd-backup-sunday', 'backup-now')
  expect(saved.passed, saved.log).toBe(true)
  expect(await node.must(['stat', '-c', '%a %U', `${FOLDER}/etcd-sunday.db`])).toBe('600 root\n')
  console.log(`backup ${saved.seconds.toFixed(1)} s`)
  await kubeharden(['apply', 'etcd-restore-drill', '--answers', '-', '--out', `${env.HOME}/drill-files`, '--yes'], JSON.stringify(ANSWERS))
})

test.each([
  ['cut short', 'truncate -s -100000 F'],
  ['with one bit changed', `printf '\\001' | dd of=F bs=1 seek=$(($(stat -c %s F) / 2 + 77)) conv=notrunc 2> /dev/null`],
  ['without the sha256 at its end', 'truncate -s -32 F'],
])('a snapshot %s makes the drill fail, and the checklist says so', async (what, damage) => {
  const file = `${FOLDER}/etcd-sunday.db`
  await node.must(['cp', '-a', file, `${file}.good`])
  await node.must(['sh', '-c', damage.replaceAll('F', file)])
  try {
    const drill = await run('etcd-restore-drill', `drill-${what.replaceAll(/[^a-z0-9]+/g, '-')}`)
    expect(drill.passed, drill.log).toBe(false)
    const check = await drillCheck()
    expect(check.status).toBe('fail')
    expect(check.message).toMatch(/The last drill, 0 days ago, failed/)
    console.log(`${what}: failed after ${drill.seconds.toFixed(1)} s`)
  } finally {
    await node.must(['mv', `${file}.good`, file])
  }
})
