import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNode, type TestNode } from '../../cluster/node/node.ts'
import { command, emptyHome } from '../../e2e/command.ts'

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

test('a backup is saved, and a drill restores it, counts it and reads a Secret; the checklist shows it', async () => {
  const saved = await run('etcd-backup-sunday', 'backup-now')
  expect(saved.passed, saved.log).toBe(true)
  expect(await node.must(['stat', '-c', '%a %U', `${FOLDER}/etcd-sunday.db`])).toBe('600 root\n')

  await kubeharden(['apply', 'etcd-restore-drill', '--answers', '-', '--out', `${env.HOME}/drill-files`, '--yes'], JSON.stringify(ANSWERS))
  const drill = await run('etcd-restore-drill', 'drill-good')
  expect(drill.passed, drill.log).toBe(true)
  const check = await drillCheck()
  expect(check.status).toBe('pass')
  expect(check.message).toMatch(/Restored \/backup\/etcd-sunday\.db 0 days ago: \d+ keys, where the live etcd held \d+ at that moment/)
  console.log(`backup ${saved.seconds.toFixed(1)} s, drill ${drill.seconds.toFixed(1)} s: ${check.message}`)
})

test('a Secret that is not in the snapshot makes the drill fail with that reason', async () => {
  await kubeharden(
    ['apply', 'etcd-restore-drill', '--answers', '-', '--out', `${env.HOME}/drill-files-2`, '--yes'],
    JSON.stringify({ ...ANSWERS, secretName: 'never-made' }),
  )
  const drill = await run('etcd-restore-drill', 'drill-no-secret')
  expect(drill.passed, drill.log).toBe(false)
  expect((await drillCheck()).message).toContain('the Secret etcd-backup/never-made is not in the snapshot')
})
