import { createHash } from 'node:crypto'
import type { NodeRun } from '#model/node.ts'
import type { KubeObject } from '#model/refs.ts'
import { MAIN, TERMINATION_LOG, WAIT_SECONDS } from './scripts.ts'

/** The objects of a guard. They hold names and numbers only: what goes onto the node comes through the exec channel. */

export const CONTAINER = 'guard'
export const JOB = 'guard'
export const GUARD_LABEL = 'kubeharden.io/guard'

/** The namespace of the guard of one run; the same run always has the same, so that a later session finds it. */
export function guardNamespace(run: string): string {
  return `kubeharden-guard-${shortId(run)}`
}

export function shortId(run: string): string {
  return createHash('sha256').update(run).digest('hex').slice(0, 10)
}

/** Where the bundle lies on the node while the guard lives: in memory, for root alone. */
export function incoming(run: string): string {
  return `/run/kubeharden-guard-${shortId(run)}`
}

/** How long the whole guard may take at most: waiting for the bundle, the change, the way back, and some room. */
export function deadlineSeconds({ withinSeconds }: Pick<NodeRun, 'withinSeconds'>): number {
  return WAIT_SECONDS + 2 * withinSeconds + 180
}

export function namespaceObject(name: string, run: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        'app.kubernetes.io/managed-by': 'kubeharden',
        [GUARD_LABEL]: shortId(run),
        'pod-security.kubernetes.io/enforce': 'privileged',
        'pod-security.kubernetes.io/audit': 'privileged',
        'pod-security.kubernetes.io/warn': 'privileged',
      },
    },
  }
}

/**
 * Root without being privileged: what the script does to files of root and of others, and chroot. To tell the kubelet to
 * start anew takes no more, for both are root; only its processes must be seen.
 */
const CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SYS_CHROOT']

export function jobObject(
  namespace: string,
  request: Pick<NodeRun, 'run' | 'node' | 'component' | 'image' | 'withinSeconds'> & Partial<Pick<NodeRun, 'command'>>,
): KubeObject {
  const { run, node, component, image, command = 'check' } = request
  const labels = { 'app.kubernetes.io/managed-by': 'kubeharden', [GUARD_LABEL]: shortId(run) }
  const seconds = deadlineSeconds(request)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: JOB, namespace, labels },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: seconds,
      ttlSecondsAfterFinished: 86_400,
      template: {
        metadata: { labels },
        spec: {
          nodeName: node,
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          hostNetwork: true,
          hostPID: component === 'kubelet',
          dnsPolicy: 'Default',
          // Not evicted in the middle of its work.
          priorityClassName: 'system-node-critical',
          // Told to end, it ends its work first: all the way there, or all the way back.
          terminationGracePeriodSeconds: seconds,
          tolerations: [{ operator: 'Exists' }],
          containers: [
            {
              name: CONTAINER,
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['/bin/sh', '-c', MAIN, 'guard', incoming(run), command],
              env: [
                { name: 'PATH', value: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
                // systemctl, for the kubelet: the chroot is the node itself.
                { name: 'SYSTEMD_IGNORE_CHROOT', value: '1' },
              ],
              terminationMessagePath: TERMINATION_LOG,
              terminationMessagePolicy: 'File',
              resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } },
              securityContext: {
                runAsUser: 0,
                runAsGroup: 0,
                runAsNonRoot: false,
                privileged: false,
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'], add: CAPABILITIES },
                seccompProfile: { type: 'RuntimeDefault' },
              },
              volumeMounts: [{ name: 'host', mountPath: '/host' }],
            },
          ],
          volumes: [{ name: 'host', hostPath: { path: '/', type: 'Directory' } }],
        },
      },
    },
  }
}
