import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Authority, writeKeys } from './pki.ts'

export interface ServerFiles {
  caFile: string
  certFile: string
  keyFile: string
  serviceAccountKey: string
  auditPolicy: string
  auditLog: string
}

const SERVER_NAMES = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '127.0.0.1',
  '::1',
  '10.96.0.1',
]

// RequestReceived would say everything twice.
const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
`

/** A flag that cannot be given together with one of the defaults: the default gives way. */
const REPLACES: Record<string, string> = { 'authorization-config': 'authorization-mode' }

export async function writeServerFiles(dir: string, authority: Authority): Promise<ServerFiles> {
  const { certFile, keyFile } = await authority.issue({ commonName: 'kube-apiserver', serverNames: SERVER_NAMES })
  const files = {
    caFile: authority.caFile,
    certFile,
    keyFile,
    serviceAccountKey: path.join(dir, 'sa.key'),
    auditPolicy: path.join(dir, 'audit-policy.yaml'),
    auditLog: path.join(dir, 'audit.log'),
  }
  await writeKeys(files.serviceAccountKey)
  await writeFile(files.auditPolicy, AUDIT_POLICY)
  return files
}

/** The flags of a server as kubeadm would set it up, where that makes sense without a node. */
export function defaultFlags(files: ServerFiles, etcdEndpoint: string, port: number, auditLog: boolean): string[] {
  const audit = [
    `--audit-policy-file=${files.auditPolicy}`,
    `--audit-log-path=${files.auditLog}`,
    '--audit-log-maxsize=2000', // in MB: rotation would hide events from auditEvents()
  ]
  return [
    `--etcd-servers=${etcdEndpoint}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    // The address in the Endpoints of the service kubernetes, which must not be loopback. Nobody connects to it.
    '--advertise-address=192.0.2.10',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    `--client-ca-file=${files.caFile}`,
    `--tls-cert-file=${files.certFile}`,
    `--tls-private-key-file=${files.keyFile}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${files.serviceAccountKey}.pub`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    '--allow-privileged=true', // as kubeadm does: else validation, not Pod Security, refuses privileged pods
    ...(auditLog ? audit : []),
  ]
}

/** Extra flags win over defaults of the same name: some flags would add up instead. */
export function mergeFlags(defaults: readonly string[], extra: readonly string[]): string[] {
  const given = new Set(extra.map(nameOf))
  const dropped = new Set(Object.entries(REPLACES).flatMap(([flag, loser]) => (given.has(flag) ? [loser] : [])))
  const kept = defaults.filter((flag) => !given.has(nameOf(flag)) && !dropped.has(nameOf(flag)))
  return [...kept, ...extra]
}

const nameOf = (flag: string) => flag.replace(/^--/, '').replace(/=.*$/s, '')
