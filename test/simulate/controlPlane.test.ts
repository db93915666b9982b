import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Item, KINDS } from '#model/kinds.ts'
import { controlPlane, flag, flagList, flagSwitch, parseFlags } from '#simulate/controlPlane.ts'

interface Shape {
  readonly name?: string
  readonly namespace?: string
  readonly mirror?: boolean
  readonly container?: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
}

function pod({ name = 'kube-apiserver-cp1', namespace = 'kube-system', mirror = true, container, command, args }: Shape): Item<'pods'> {
  return KINDS.pods.schema.parse({
    metadata: { name, namespace, uid: 'u', annotations: mirror ? { 'kubernetes.io/config.mirror': 'x' } : {} },
    spec: { nodeName: 'cp1', containers: [{ name: container ?? 'kube-apiserver', image: 'i', command, args }] },
  })
}

const flagsOf = (shape: Shape) => controlPlane([pod(shape)], 'kube-apiserver')?.map((i) => Object.fromEntries(i.flags))

describe('controlPlane', () => {
  test('one entry for each instance', () => {
    const pods = ['cp1', 'cp2'].map((n) => pod({ name: `kube-apiserver-${n}`, command: ['kube-apiserver', `--advertise-address=${n}`] }))
    expect(controlPlane(pods, 'kube-apiserver')?.map((i) => [i.pod.name, flag(i, 'advertise-address')])).toEqual([
      ['kube-apiserver-cp1', 'cp1'],
      ['kube-apiserver-cp2', 'cp2'],
    ])
    expect(controlPlane(pods, 'etcd')).toBeUndefined()
  })

  test('nothing to see is undefined, not an empty list', () => {
    expect(controlPlane([], 'kube-apiserver')).toBeUndefined()
    expect(controlPlane([pod({ mirror: false, command: ['kube-apiserver'] })], 'kube-apiserver')).toBeUndefined()
    expect(controlPlane([pod({ namespace: 'shop', command: ['kube-apiserver'] })], 'kube-apiserver')).toBeUndefined()
    expect(controlPlane([pod({ container: 'kube-proxy', command: ['kube-proxy'] })], 'kube-apiserver')).toBeUndefined()
  })

  test('a file of /etc/kubernetes/manifests counts as well', () => {
    const file = KINDS.pods.schema.parse({
      metadata: { name: 'kube-apiserver', namespace: 'kube-system', labels: { component: 'kube-apiserver', tier: 'control-plane' } },
      spec: { containers: [{ name: 'kube-apiserver', image: 'i', command: ['kube-apiserver', '--profiling=false'] }] },
    })
    expect(controlPlane([file], 'kube-apiserver')?.map((i) => flagSwitch(i, 'profiling'))).toEqual([false])
  })

  test('a start through a shell hides the flags: not visible, whatever the others show', () => {
    const hidden = pod({ command: ['/bin/sh', '-c'], args: ['exec kube-apiserver --token-auth-file=x'] })
    const open = pod({ name: 'kube-apiserver-cp2', command: ['kube-apiserver'] })
    expect(controlPlane([open, hidden], 'kube-apiserver')).toBeUndefined()
  })

  test('kubeadm, RKE2, Talos and kOps styles', () => {
    const flags = { 'token-auth-file': ['/t'] }
    expect(flagsOf({ command: ['kube-apiserver', '--token-auth-file=/t'] })).toEqual([flags])
    expect(flagsOf({ command: ['kube-apiserver'], args: ['--token-auth-file=/t'] })).toEqual([flags])
    expect(flagsOf({ command: ['/usr/local/bin/kube-apiserver'], args: ['--token-auth-file', '/t'] })).toEqual([flags])
    expect(flagsOf({ command: ['/go-runner', '--log-file=/x', '/usr/local/bin/kube-apiserver', '--token-auth-file=/t'] })).toEqual([flags])
  })

  test('the last value counts, lists are joined', () => {
    const found = controlPlane(
      [pod({ command: ['kube-apiserver', '--enable-admission-plugins=A,B', '--enable-admission-plugins', 'C', '--v=1', '--v=2'] })],
      'kube-apiserver',
    )?.[0]
    if (found === undefined) throw new Error('not found')
    expect(flagList(found, 'enable-admission-plugins')).toEqual(['A', 'B', 'C'])
    expect(flag(found, 'v')).toBe('2')
    expect(flagSwitch(found, 'anonymous-auth')).toBeUndefined()
  })
})

describe('parseFlags', () => {
  const parse = (...words: string[]) => Object.fromEntries(parseFlags(words))

  test('shapes of flags', () => {
    expect(parse('--a=1', '--b', '2', '--c', '--d=')).toEqual({ a: ['1'], b: ['2'], c: ['true'], d: [''] })
    expect(parse('--a', '--b=x=y')).toEqual({ a: ['true'], b: ['x=y'] })
    expect(parse('--a_b=1')).toEqual({ 'a-b': ['1'] })
    expect(parse('--a=1', '--', '--b=2')).toEqual({ a: ['1'] })
    expect(parse('--a', '--', '--b=2')).toEqual({ a: ['true'] })
  })

  test('a switch never eats the next word', () => {
    expect(parse('--profiling', 'false', '--anonymous-auth=false')).toEqual({ profiling: ['true'], 'anonymous-auth': ['false'] })
  })

  test('one dash is etcd’s only', () => {
    expect(parse('-name=x')).toEqual({})
    expect(Object.fromEntries(parseFlags(['-name', 'x', '--client-cert-auth'], true))).toEqual({
      name: ['x'],
      'client-cert-auth': ['true'],
    })
  })

  test('what is written with = comes back, in order, and nothing throws', () => {
    const name = fc.stringMatching(/^[a-z][a-z-]{0,8}$/)
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), (pairs) => {
        const parsed = parseFlags(pairs.map(([n, v]) => `--${n}=${v}`))
        for (const [n] of pairs) expect(parsed.get(n)).toEqual(pairs.filter(([m]) => m === n).map(([, v]) => v))
      }),
    )
    fc.assert(fc.property(fc.array(fc.string()), fc.boolean(), (words, dash) => parseFlags(words, dash) instanceof Map))
  })
})
