import { expect } from 'vitest'
import { startNode, type TestNode } from '../../cluster/node/node.ts'
import { command, emptyHome } from '../../e2e/command.ts'

export const NS = 'etcd-backup'
export const FOLDER = '/var/backups/etcd'
/** What a drill is answered on the test node. */
export const ANSWERS = {
  byHandOnly: true,
  toolImage: 'registry.kubeharden.test/busybox:1.35',
  folder: FOLDER,
  snapshotFile: 'etcd-sunday.db',
}

export interface JobEnd {
  readonly passed: boolean
  readonly seconds: number
  readonly log: string
}

/** A node (that of the run, unless another is given) with the backup of etcd set up by the wizard, and the Secret that a drill reads. */
export async function backupScene(of?: TestNode) {
  const node = of ?? (await startNode())
  const scene = { node, ...acting(node, emptyHome()) }
  await scene.apply('etcd-backup', { inNamespace: NS, retention: 'daily-7', folder: FOLDER })
  await node.kubectl(['-n', NS, 'create', 'secret', 'generic', 'drill-marker', '--from-literal=marker=kubeharden'])
  return scene
}
export type BackupScene = Awaited<ReturnType<typeof backupScene>>

function acting(node: TestNode, env: Record<string, string>) {
  let folders = 0
  async function kubeharden(args: readonly string[], stdin?: string): Promise<string> {
    const ran = await command([...args, '--kubeconfig', node.kubeconfig], env, stdin === undefined ? {} : { stdin })
    expect(ran.code, `${args.join(' ')}: ${ran.err}${ran.out}`).toBe(0)
    return ran.out
  }
  return {
    /** A wizard through the command line; its files go to a new folder. */
    apply(wizard: string, answers: object): Promise<string> {
      folders += 1
      return kubeharden(['apply', wizard, '--answers', '-', '--out', `${env.HOME}/files-${folders}`, '--yes'], JSON.stringify(answers))
    },
    async drillCheck() {
      const report = JSON.parse(await kubeharden(['audit', '--check', 'backup/restore-drill', '-o', 'json']))
      const [check] = report.checks
      return { status: check.status as string, message: check.findings[0].message as string }
    },
    run: (cronJob: string, name: string) => runJob(node, cronJob, name),
    async saved(): Promise<JobEnd> {
      const saved = await runJob(node, 'etcd-backup-sunday', 'backup-now')
      expect(saved.passed, saved.log).toBe(true)
      expect(await node.must(['stat', '-c', '%a %U', `${FOLDER}/etcd-sunday.db`])).toBe('600 root\n')
      return saved
    },
    async end(): Promise<void> {
      await node.kubectl(['delete', 'namespace', NS, '--ignore-not-found', '--wait=true'])
      await node.exec(['rm', '-rf', FOLDER])
    },
  }
}

/** Runs a CronJob's Job now, to its end. */
async function runJob(node: TestNode, cronJob: string, name: string): Promise<JobEnd> {
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
