import { afterAll, beforeAll, expect, test } from 'vitest'
import { ANSWERS, type BackupScene, backupScene } from '../support/backups.ts'

let scene: BackupScene
beforeAll(async () => {
  scene = await backupScene()
})
afterAll(() => scene?.end())

test('a backup is saved, and a drill restores it, counts it and reads a Secret; the checklist shows it', async () => {
  const saved = await scene.saved()
  await scene.apply('etcd-restore-drill', ANSWERS)
  const drill = await scene.run('etcd-restore-drill', 'drill-good')
  expect(drill.passed, drill.log).toBe(true)
  const check = await scene.drillCheck()
  expect(check.status).toBe('pass')
  expect(check.message).toMatch(/Restored \/backup\/etcd-sunday\.db 0 days ago: \d+ keys, where the live etcd held \d+ at that moment/)
  console.log(`backup ${saved.seconds.toFixed(1)} s, drill ${drill.seconds.toFixed(1)} s: ${check.message}`)
})

test('a Secret that is not in the snapshot makes the drill fail with that reason', async () => {
  await scene.apply('etcd-restore-drill', { ...ANSWERS, secretName: 'never-made' })
  const drill = await scene.run('etcd-restore-drill', 'drill-no-secret')
  expect(drill.passed, drill.log).toBe(false)
  expect((await scene.drillCheck()).message).toContain('the Secret etcd-backup/never-made is not in the snapshot')
})
