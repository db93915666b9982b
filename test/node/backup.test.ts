import { afterAll, beforeAll, expect, test } from 'vitest'
import { ANSWERS, type BackupScene, backupScene, FOLDER } from './support/backups.ts'

let scene: BackupScene
beforeAll(async () => {
  scene = await backupScene()
})
afterAll(() => scene?.end())

test('a backup is saved, readable by root alone', async () => {
  const saved = await scene.saved()
  console.log(`backup ${saved.seconds.toFixed(1)} s`)
  await scene.apply('etcd-restore-drill', ANSWERS)
})

test.each([
  ['cut short', 'truncate -s -100000 F'],
  ['with one bit changed', `printf '\\001' | dd of=F bs=1 seek=$(($(stat -c %s F) / 2 + 77)) conv=notrunc 2> /dev/null`],
  ['without the sha256 at its end', 'truncate -s -32 F'],
])('a snapshot %s makes the drill fail, and the checklist says so', async (what, damage) => {
  const file = `${FOLDER}/etcd-sunday.db`
  await scene.node.must(['cp', '-a', file, `${file}.good`])
  await scene.node.must(['sh', '-c', damage.replaceAll('F', file)])
  try {
    const drill = await scene.run('etcd-restore-drill', `drill-${what.replaceAll(/[^a-z0-9]+/g, '-')}`)
    expect(drill.passed, drill.log).toBe(false)
    const check = await scene.drillCheck()
    expect(check.status).toBe('fail')
    expect(check.message).toMatch(/The last drill, 0 days ago, failed/)
    console.log(`${what}: failed after ${drill.seconds.toFixed(1)} s`)
  } finally {
    await scene.node.must(['mv', `${file}.good`, file])
  }
})
