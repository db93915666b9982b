import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { KINDS } from '../../src/model/kinds.ts'
import { problemOf } from '../../src/model/questions.ts'
import { DISTRIBUTIONS, type State } from '../../src/model/state.ts'
import { encryptionCopies } from '../../src/simulate/encryptionCopy.ts'
import { destinationOf, etcdBackups } from '../../src/simulate/etcdBackup.ts'
import { problemOfCron } from '../../wizards/shared/cron.ts'
import { filesOf, fileText, impactsOf, objectsOf, planOf, refusalOf, WIZARDS } from './run.ts'
import { SAMPLE, stateOf } from './state.ts'

const wizard = WIZARDS.etcdBackup
const jobsOf = (given: Record<string, unknown>, state: State = SAMPLE) =>
  objectsOf(planOf(wizard, state, given)).filter((o) => o.kind === 'CronJob')

it('keeps seven days: one job and one file for each, at the time asked for', () => {
  const jobs = jobsOf({ atHour: 3, atMinute: 5 })
  expect(jobs.map((j) => (j.spec as { schedule: string }).schedule)).toEqual(['0', '1', '2', '3', '4', '5', '6'].map((d) => `5 3 * * ${d}`))
  const targets = jobs.map((j) => /\/backup\/[^"]+/.exec(JSON.stringify(j))?.[0])
  expect(new Set(targets).size).toBe(7)
  expect(targets[0]).toBe('/backup/etcd-sunday.db')
})

it.each([
  ['daily-7-weekly-4', 11],
  ['six-hourly-4', 4],
  ['own-schedule', 1],
])('%s is %i jobs, each with a schedule that can be read', (retention, count) => {
  const jobs = jobsOf({ retention, schedule: '*/30 * * * *' })
  expect(jobs).toHaveLength(count)
  for (const job of jobs) expect(problemOfCron((job.spec as { schedule: string }).schedule)).toBeUndefined()
})

it('is what the checks call a backup, and where it goes', () => {
  const place = (given: Record<string, unknown>, state = SAMPLE) => {
    const seen = jobsOf(given, state).map((job) => KINDS.cronJobs.schema.parse(job))
    expect(etcdBackups(seen).map((b) => b.saving)).toEqual(seen.map(() => 'saves'))
    return seen[0] === undefined ? undefined : destinationOf(seen[0].spec.jobTemplate.spec.template.spec)
  }
  expect(place({})).toEqual({ kind: 'node', path: '/var/backups/etcd' })
  const claim = stateOf(`
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: backups, namespace: etcd-backup }
spec: {}
`)
  // It is there, so it is suggested.
  expect(place({}, claim)).toEqual({ kind: 'claim', claim: 'backups' })
})

it('takes image and certificates from the etcd that runs, and pins the pod security version', () => {
  const [namespace, job] = objectsOf(planOf(wizard, SAMPLE))
  expect(JSON.stringify(job)).toContain('registry.k8s.io/etcd:3.6.4-0')
  expect(namespace?.metadata.labels).toEqual({
    'pod-security.kubernetes.io/enforce': 'privileged',
    'pod-security.kubernetes.io/enforce-version': 'v1.36',
  })
  expect(JSON.stringify(job)).not.toContain('kubernetes.io/hostname')
  expect(JSON.stringify(jobsOf({ onNode: 'cp-1' })[0])).toContain('"kubernetes.io/hostname":"cp-1"')
})

it('no volume of a template has a name that a PersistentVolume could have: the kubelet would take them for one', () => {
  const templates = new URL('../../templates/', import.meta.url)
  const names = readdirSync(templates, { recursive: true, encoding: 'utf8' })
    .filter((file) => /^etcd-.*\.yaml$/.test(file))
    .flatMap((file) => {
      const { spec } = parse(readFileSync(new URL(file, templates), 'utf8')) as {
        spec?: { jobTemplate?: { spec: { template: { spec: { volumes?: readonly { name: string }[] } } } } }
      }
      return (spec?.jobTemplate?.spec.template.spec.volumes ?? []).map(({ name }) => name)
    })
  expect(names.length).toBeGreaterThan(8)
  for (const name of names) expect(name).toMatch(/^kubeharden-/)
})

describe('the runbook', () => {
  const [file] = filesOf(planOf(wizard, SAMPLE))
  const text = file === undefined ? '' : fileText(file)

  it('names files and image, and keeps the order that was tried: each stop and start waits', () => {
    for (const words of ['etcd-monday.db', 'registry.k8s.io/etcd:3.6.4-0']) expect(text).toContain(words)
    const order = [
      'kube-apiserver.yaml /root/manifests/\n',
      "until left=$(crictl ps --quiet --name '^kube-(apiserver|controller-manager|scheduler)$') && [ -z",
      'mv /etc/kubernetes/manifests/etcd.yaml /root/manifests/',
      "until left=$(crictl ps --quiet --name '^etcd$') && [ -z",
      'mv /var/lib/etcd/member /var/lib/etcd-member.old',
      '--bump-revision 1000000000 --mark-compacted',
      'mv /var/lib/etcd-restored/member /var/lib/etcd/member',
      'mv /root/manifests/etcd.yaml /etc/kubernetes/manifests/',
      'endpoint health',
      'mv /root/manifests/kube-apiserver.yaml /etc/kubernetes/manifests/',
      '--server=https://127.0.0.1:6443',
      'mv /root/manifests/kube-controller-manager.yaml /root/manifests/kube-scheduler.yaml',
      'read one Secret by its name',
    ].map((words) => text.indexOf(words))
    expect(order).not.toContain(-1)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })

  it('is made of lines that a shell reads, and has no double blank lines', () => {
    const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, lines = '']) => lines)
    expect(blocks.length).toBeGreaterThan(7)
    for (const lines of blocks) expect(() => execFileSync('bash', ['-n'], { input: lines })).not.toThrow()
    expect(text).not.toMatch(/\n\n\n/)
  })
})

describe('the runbook of several members', () => {
  const member = (name: string, address: string, peer = `https://${address}:2380`) => `
apiVersion: v1
kind: Pod
metadata: { name: etcd-${name}, namespace: kube-system, labels: { component: etcd } }
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.6.4-0
      command: [etcd, --name=${name}, '--initial-advertise-peer-urls=${peer}']
`
  const textOf = (yaml: string) =>
    filesOf(planOf(wizard, stateOf(yaml)))
      .map((f) => fileText(f))
      .join()

  it('names them all, alike on each of them', () => {
    const text = textOf([member('cp-2', '10.0.0.2'), member('cp-1', '10.0.0.1')].join('---'))
    expect(text).toContain('--initial-cluster "cp-1=https://10.0.0.1:2380,cp-2=https://10.0.0.2:2380"')
    expect(text).toContain('cp-1 (10.0.0.1), cp-2 (10.0.0.2)')
  })

  it('takes nothing into a command that is no name and no address', () => {
    const text = textOf([member('cp-1', '10.0.0.1'), member('cp-2', '10.0.0.2', 'https://x/$(reboot)')].join('---'))
    expect(text).not.toContain('reboot')
  })
})

describe('into a bucket', () => {
  const given = { storage: 's3', bucket: 'backups', prefix: 'a/etcd', endpoint: 'https://s3.example.com:9000', credentials: 'bucket' }
  const upload = (more: object = {}) => {
    const job = jobsOf({ ...given, ...more })[0]
    return job?.spec as { jobTemplate: { spec: { template: { spec: { containers: { command: string[]; env: object[] }[] } } } } }
  }

  it('encrypts before it sends, and no credential stands in an argument', () => {
    const container = upload().jobTemplate.spec.template.spec.containers[0]
    expect(container?.command).toEqual([
      'rclone',
      'copyto',
      '--ignore-times',
      '/backup/etcd-sunday.db',
      ':crypt:etcd-sunday.db',
      '--crypt-remote=:s3:backups/a/etcd',
      '--crypt-filename-encryption=off',
      '--crypt-directory-name-encryption=false',
      '--s3-provider=Other',
      '--s3-endpoint=https://s3.example.com:9000',
      '--s3-region=us-east-1',
      '--s3-env-auth',
      '--s3-no-check-bucket',
      '--s3-upload-cutoff=0',
    ])
    for (const key of ['access-key-id', 'secret-access-key', 'crypt-password'])
      expect(JSON.stringify(container?.env)).toContain(`"secretKeyRef":{"name":"bucket","key":"${key}"`)
  })

  it('unsealed goes as it is, and the impact says so', () => {
    expect(upload({ sealed: false }).jobTemplate.spec.template.spec.containers[0]?.command).toContain(':s3:backups/a/etcd/etcd-sunday.db')
    expect(impactsOf(wizard, SAMPLE, { ...given, sealed: false }).join()).toContain('danger: Files in the bucket are readable')
    expect(impactsOf(wizard, SAMPLE, given).join()).toContain('password of yours')
  })

  it('is what the checks call a copy off the node', () => {
    const [job] = jobsOf(given).map((j) => KINDS.cronJobs.schema.parse(j))
    if (job === undefined) throw new Error('no job')
    expect(etcdBackups([job]).map((b) => b.saving)).toEqual(['saves'])
    expect(destinationOf(job.spec.jobTemplate.spec.template.spec)).toEqual({ kind: 'upload', by: 'upload' })
  })

  it('the runbook fetches it the same way', () => {
    const text = filesOf(planOf(wizard, SAMPLE, given))
      .map((f) => fileText(f))
      .join()
    expect(text).toContain('rclone copyto :crypt:etcd-sunday.db --crypt-remote=:s3:backups/a/etcd')
  })
})

describe('the encryption configuration', () => {
  const given = { encryptionCopy: 'volume-claim', encryptionFile: '/etc/kubernetes/enc/enc.yaml', encryptionClaim: 'keys' }

  it('is copied by a CronJob of its own, under a new name each day, and is no backup of etcd for the checks', () => {
    const job = jobsOf(given).find((j) => j.metadata.name === 'etcd-encryption-copy')
    expect(JSON.stringify(job)).toContain('["cp","-p","/keys/enc.yaml","/copies/$(JOB_NAME).yaml"]')
    expect(JSON.stringify(job)).toContain('"persistentVolumeClaim":{"claimName":"keys"}')
    expect(etcdBackups([KINDS.cronJobs.schema.parse(job)])).toEqual([])
    const all = jobsOf(given).map((j) => KINDS.cronJobs.schema.parse(j))
    expect(encryptionCopies(all, [given.encryptionFile])).toMatchObject([
      { job: { metadata: { name: 'etcd-encryption-copy' } }, to: { kind: 'claim', claim: 'keys' } },
    ])
  })

  it('is never put beside the snapshots', () => {
    const claims = stateOf(`
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: keys, namespace: etcd-backup }
spec: {}
`)
    expect(refusalOf(wizard, claims, { ...given, storage: 'volume-claim', claim: 'keys' })).toContain('volume of the snapshots')
  })
})

it('says what it costs', () => {
  const lines = impactsOf(wizard, SAMPLE, { retention: 'own-schedule', schedule: '1 2 * * *' }).join('\n')
  for (const words of ['can read all of etcd', 'is on the node whose loss', 'nothing removes old ones', 'only a restore'])
    expect(lines).toContain(words)
})

describe('refuses', () => {
  it.each([
    [{ retention: 'own-schedule' }, 'when does the backup run?'],
    [{ storage: 'volume-claim' }, 'which volume claim'],
    [{ storage: 'volume-claim', claim: 'backups' }, 'no volume claim etcd-backup/backups'],
    [{ storage: 's3' }, 'which bucket'],
    [{ storage: 's3', bucket: 'backups' }, 'which Secret'],
    [{ encryptionCopy: 'volume-claim' }, 'which file is the EncryptionConfiguration'],
    [{ encryptionCopy: 'volume-claim', encryptionFile: '/etc/enc/e.yaml' }, 'which volume claim do the copies'],
    [{ onNode: 'worker' }, 'not one of the control-plane nodes. | Choose one of: cp-1'],
  ])('%o', (given, words) => {
    expect(refusalOf(wizard, SAMPLE, given)).toContain(words)
  })

  it.each(DISTRIBUTIONS.filter((d) => !['kubeadm', 'kind', 'unknown'].includes(d)))('%s, and names its own way', (distribution) => {
    expect(refusalOf(wizard, { ...SAMPLE, cluster: { ...SAMPLE.cluster, distribution } })).toMatch(
      new RegExp(`on ${distribution}\\. \\| .{20}`),
    )
  })

  it.each([
    ['folder', '/etc/kubernetes', 'belongs to the system'],
    ['folder', '/var/lib/etcd/backup', 'belongs to the system'],
    ['folder', 'backups', 'absolute path'],
    ['folder', '/var/../etc', 'absolute path'],
    ['etcdImage', 'etcd', 'tag or digest'],
    ['etcdImage', 'registry.k8s.io/etcd:latest', 'name a version'],
    ['inNamespace', 'Backup', 'not the name of a namespace'],
    ['bucket', 'My_Bucket', 'not the name of a bucket'],
    ['prefix', '../x', 'plain words'],
    ['endpoint', 'https://user:word@host/x', 'an address without a path'],
    ['atHour', 24, '0 to 23'],
  ])('%s %o where it is given', (field, value, words) => {
    expect(problemOf(wizard.questions, field, value)).toContain(words)
  })
})

describe('schedules', () => {
  it.each(['0 2 * * *', '*/15 0-6 1,15 jan-mar mon', '@daily', '59 23 31 12 6', '5/20 * ? * *'])('%s is taken', (text) => {
    expect(problemOfCron(text)).toBeUndefined()
  })

  it.each([
    ['0 2 * *', 'five fields'],
    ['60 * * * *', 'minute goes from 0 to 59'],
    ['* 24 * * *', 'hour goes from 0 to 23'],
    ['* * 0 * *', 'day of the month goes from 1 to 31'],
    ['* * * * 7', 'weekday goes from 0 to 6'],
    ['9-3 * * * *', 'ends before it starts'],
    ['*/0 * * * *', 'step of 0'],
    ['1,, * * * *', 'cannot be read'],
    ['CRON_TZ=UTC 0 2 * * *', 'time zone'],
    ['@reboot', 'five fields'],
  ])('%s is refused', (text, words) => {
    expect(problemOfCron(text)).toContain(words)
  })

  it('never throws, and takes every plain number in its range', () => {
    fc.assert(fc.property(fc.string(), (text) => void problemOfCron(text)))
    fc.assert(
      fc.property(fc.nat(59), fc.nat(23), fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 12 }), fc.nat(6), (...parts) => {
        expect(problemOfCron(parts.join(' '))).toBeUndefined()
      }),
    )
  })
})
