import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Change, Step } from '../../src/model/change.ts'
import { placeOf, replaceManifest, waitLoaded, waitRestarted } from '../../wizards/encryption-config/node.ts'
import { planOf, WIZARDS } from './run.ts'
import { EMPTY, SAMPLE, stateOf } from './state.ts'

const wizard = WIZARDS.encryptionConfig
type Guide = Extract<Change, { kind: 'guide' }>
const ROTATION = { situation: 'rotation', currentFile: '/root/enc.yaml', currentProvider: 'aescbc', currentKeyName: 'old' }
const KMS = { provider: 'kms', kmsName: 'vault', kmsEndpoint: 'unix:///run/kms/socket.sock' }
const guideOf = (given: Record<string, unknown> = {}, state = SAMPLE) => planOf(wizard, state, given)[0] as Guide
const GUIDES = [
  guideOf(),
  guideOf({}, EMPTY),
  guideOf(ROTATION),
  guideOf({ situation: 'new-cluster' }),
  guideOf({ ...KMS, resources: ['secrets', 'widgets.example.com'] }),
]
const stepsIn = (guide: Guide): readonly Step[] => [...guide.rollback, ...guide.steps]
const linesOf = (step: Step | undefined) => (step?.commands ?? []).join('\n')

describe('commands', () => {
  it('are lines that a shell reads, step by step', () => {
    for (const step of GUIDES.flatMap(stepsIn))
      expect(() => execFileSync('bash', ['-n'], { input: linesOf(step) }), step.title.en).not.toThrow()
  })

  it('say in which folder a path of the folder is meant', () => {
    for (const guide of GUIDES)
      for (const { path: file } of guide.files.filter((f) => f.path.includes('/')))
        for (const step of stepsIn(guide).filter((s) => linesOf(s).includes(file)))
          expect(linesOf(step).indexOf('cd /root/kubeharden-encryption\n')).toBe(0)
  })

  it('copy the folder first, to every control-plane node that was seen, for root alone', () => {
    const [copy] = guideOf().steps
    expect(linesOf(copy)).toContain('for node in cp-1; do')
    for (const words of ['scp -pr ./*', 'chown -R root:root', 'chmod -R go=', '! -user root -o -perm /077'])
      expect(linesOf(copy)).toContain(words)
    expect(linesOf(guideOf({}, EMPTY).steps[0])).toContain('for node in NODE1 NODE2 NODE3; do')
    expect(copy?.explain?.en).toContain('in /root/kubeharden-encryption')
  })

  it('take the flags away only where nothing is encrypted any more', () => {
    const [start, plain, look, away] = guideOf().rollback
    expect(linesOf(start)).toContain('mv /etc/kubernetes/kube-apiserver.yaml.back /etc/kubernetes/manifests/kube-apiserver.yaml')
    expect(linesOf(plain)).toMatch(/back-to-plain-text[\s\S]*sha256sum[\s\S]*kubectl replace/)
    expect(away?.title.en).toContain('Only then')
    expect(linesOf(look)).toMatch(/registry\/secrets\/[\s\S]*\ndiff /)
    expect(linesOf(away)).toMatch(/upload-config kubeadm --config \S+kubeadm-before.yaml[\s\S]*yaml.back[\s\S]*until/)
    expect(linesOf(guideOf().steps.find((s) => linesOf(s).includes('EDITOR')))).toContain('kubeadm-before.yaml')
  })

  it('of a rotation keep the path in use, look for the reload, and wait after every file', () => {
    const state = stateOf(`
apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver-cp-1, namespace: kube-system, labels: { component: kube-apiserver } }
spec: { containers: [{ name: a, command: [kube-apiserver, --secure-port=7443, --encryption-provider-config=/etc/kubernetes/keys/e.yaml] }] }
`)
    const { steps } = guideOf(ROTATION, state)
    const all = steps.map(linesOf).join('\n')
    expect(all).toContain("grep -F -e '--encryption-provider-config-automatic-reload=true'")
    expect(all.match(/mv \/etc\/kubernetes\/keys\/e\.yaml\.new \/etc\/kubernetes\/keys\/e\.yaml$/gm)).toHaveLength(3)
    expect(all.match(/want=\$\(sha256sum \/etc\/kubernetes\/keys\/e\.yaml /g)).toHaveLength(3)
    expect(all).toContain('--server=https://127.0.0.1:7443 ')
    // The folder in use keeps its mode and owner.
    expect(all).not.toMatch(/install -d .*kubernetes/)
  })

  it('never carry a path or a name of a stranger that a shell would read', () => {
    const state = stateOf(`
apiVersion: v1
kind: Pod
metadata: { name: a, namespace: kube-system, labels: { component: kube-apiserver } }
spec: { containers: [{ name: a, command: ['--encryption-provider-config=/etc/$(id)/e.yaml', '--secure-port=1;id'] }] }
---
apiVersion: v1
kind: Node
metadata: { name: '$(id)', labels: { node-role.kubernetes.io/control-plane: '' } }
`)
    expect(placeOf(state, true)).toEqual({ file: '/etc/kubernetes/enc/encryption-config.yaml', port: 6443, nodes: [] })
  })
})

describe('waits', () => {
  const place = { file: '/etc/kubernetes/enc/encryption-config.yaml', port: 6443, nodes: [] }

  /** Runs lines with stand-ins for the node's tools; each answers from a list, the last answer for ever, and each sleep takes a minute. */
  function run(lines: readonly string[], answers: Record<string, readonly string[]>, files: Record<string, string> = {}): string {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'kh-wait-'))
    mkdirSync(path.join(dir, 'bin'))
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(dir, name), text)
    const tool = (name: string, text: string) => writeFileSync(path.join(dir, 'bin', name), `#!/bin/bash\n${text}\n`, { mode: 0o755 })
    for (const [name, list] of Object.entries(answers)) {
      list.forEach((answer, i) => {
        writeFileSync(path.join(dir, `${name}.${i + 1}`), answer)
      })
      const last = list.length
      tool(
        name,
        `n=$(( $(cat ${dir}/${name}.n 2>/dev/null || echo 0) + 1 )); echo $n > ${dir}/${name}.n; [ $n -gt ${last} ] && n=${last}; cat ${dir}/${name}.$n; ! grep -q refused ${dir}/${name}.$n`,
      )
    }
    tool('sleep', `echo $(( $(cat ${dir}/clock 2>/dev/null || echo 0) + 60 )) > ${dir}/clock; echo waits`)
    tool('date', `cat ${dir}/clock 2>/dev/null || echo 0`)
    const script = lines.join('\n').replaceAll('/root/kubeharden-backup', dir).replaceAll('/etc/kubernetes/enc', dir)
    const done = spawnSync('bash', ['-s'], {
      input: script,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${dir}/bin:${process.env.PATH ?? ''}` },
      timeout: 20_000,
    })
    expect(done.stderr).toBe('')
    return done.stdout
  }
  const waitsIn = (out: string) => out.split('waits').length - 1

  it('for a new container that is ready: neither the old one that still answers nor a new one that does not will do', () => {
    const restart = waitRestarted(place, 'go back')
    const old = { 'kube-apiserver.container': 'old\n' }
    expect(waitsIn(run(restart, { crictl: ['old\n', '', 'new\n'], kubectl: ['ok'] }, old))).toBe(2)
    expect(waitsIn(run(restart, { crictl: ['old\nnew\n', 'new\n'], kubectl: ['ok'] }, old))).toBe(1)
    expect(waitsIn(run(restart, { crictl: ['new\n'], kubectl: ['refused', 'ok'] }, old))).toBe(1)
  })

  it('end, and name the way back', () => {
    const restart = waitRestarted(place, 'go back')
    const old = { 'kube-apiserver.container': 'old\n' }
    expect(run(restart, { crictl: ['old\n'], kubectl: ['ok'] }, old)).toContain('NOT READY AFTER 3 MINUTES: go back')
    expect(run(restart, { crictl: ['new\n'], kubectl: ['refused'] }, old)).toContain('NOT READY')
    expect(run(replaceManifest('echo replaced'), { crictl: [''] })).toMatch(/^NOT REPLACED/)
    expect(run(replaceManifest('echo replaced'), { crictl: ['id\n'] })).toBe('replaced\n')
  })

  it('for the metric to name the sha256 of the file, not one that was in use before', () => {
    const file = { 'encryption-config.yaml': 'x' }
    const want = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
    const metric = (hash: string, value: number) =>
      `apiserver_encryption_config_controller_last_config_info{apiserver_id_hash="sha256:${want}",hash="sha256:${hash}"} ${value}\n`
    const loaded = run(
      waitLoaded(place),
      { kubectl: [metric('other', 1), metric(want, 0), 'refused', metric('other', 0) + metric(want, 1)] },
      file,
    )
    expect(waitsIn(loaded)).toBe(3)
    expect(loaded).toContain(`this node uses ${want}`)
    const never = run(waitLoaded(place), { kubectl: [metric('other', 1)] }, file)
    expect(never).toContain('NOT LOADED AFTER 3 MINUTES')
    expect(never).not.toContain('this node uses')
  })
})
