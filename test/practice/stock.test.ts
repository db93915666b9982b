import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { kubeadm } from '../cluster/node/config.mjs'
import { stockOf } from './record/stock.ts'
import { sinceInstalled } from './record/times.ts'

const BENCH = { name: 'test', address: '10.250.7.2' }

describe('a node of the bench as a stock node', () => {
  it('has the images, the networks and the address of the practice cluster', () => {
    const { of } = stockOf(BENCH)
    expect(of(['registry.kubeharden.test/kube-apiserver:v1', 'registry.kubeharden.test/coredns:v1'])).toEqual([
      'registry.k8s.io/kube-apiserver:v1',
      'registry.k8s.io/coredns/coredns:v1',
    ])
    expect(of({ command: ['--advertise-address=10.250.7.2', '--cluster-cidr=10.244.0.0/24', '--cluster-name=test'] })).toEqual({
      command: ['--advertise-address=10.10.0.10', '--cluster-cidr=10.244.0.0/16', '--cluster-name=kubernetes'],
    })
  })

  it('changes the node’s name where it stands alone, and nothing like it', () => {
    const { of } = stockOf(BENCH)
    expect(of(['test', 'etcd-test', '--name=test', '--initial-cluster=test=https://10.250.7.2:2380'])).toEqual([
      'cp-1',
      'etcd-cp-1',
      '--name=cp-1',
      '--initial-cluster=cp-1=https://10.10.0.10:2380',
    ])
    for (const word of ['contest', 'tests', 'my.test', 'test.example', 'test-run', '10.250.7.20', '110.250.7.2'])
      expect(of(word)).toBe(word)
  })

  it('is told which of its rules have found nothing', () => {
    const { of, unused } = stockOf(BENCH)
    const all = unused().length
    expect(all).toBeGreaterThan(15)
    of('failSwapOn: false\n')
    expect(unused()).toHaveLength(all - 1)
  })

  it('undoes what the bench tells the kubelet, all of it', () => {
    const [, , bench] = parseAllDocuments(kubeadm({ name: BENCH.name, cgroup: `kubeharden/${BENCH.name}` }, BENCH.address)).map(String)
    expect(parse(stockOf(BENCH).of(bench?.replace(/^---\n/, '') ?? ''))).toEqual({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      cgroupDriver: 'systemd',
    })
  })

  it('has certificates as long as they were made for, from the day of its installation', () => {
    const made = { notBefore: '2026-11-25T10:45:25.000Z', notAfter: '2027-11-25T10:50:25.000Z', names: 7 }
    expect(sinceInstalled(made)).toEqual({ notBefore: '2026-05-04T08:00:00Z', notAfter: '2027-05-04T08:00:00Z', names: 7 })
  })
})
