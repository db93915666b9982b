import type { Finding } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import type { KubeletConfig } from '#model/objects/control.ts'
import type { Text } from '#model/text.ts'

/** What a check says of one node's kubelet. */
export interface Verdict<M extends string> {
  readonly status: 'pass' | 'fail' | 'unknown' | 'not-applicable'
  readonly message: M
  readonly saw?: string
}

/** The rest of a check over the configuration in force of each kubelet. */
export interface KubeletRules<M extends string> {
  /** The field of KubeletConfiguration that it is about. */
  readonly path: string
  readonly messages: { readonly [K in M]: Text }
  /** One kubelet; pure. Messages may hold `{saw}`. `/configz` shows defaults filled in, but leaves out what is false, 0 or empty. */
  readonly judge: (config: KubeletConfig, kubelet: Item<'kubelets'>) => Verdict<M>
  /** YAML of `config` (one line, flow style) that fails, and that passes. */
  readonly bad: string
  readonly good: string
}

/** `reads`, `messages`, `evaluate` and `examples` of a check over kubelets; a finding for each node. */
export function overKubelets<const M extends string>({ path, messages, judge, bad, good }: KubeletRules<M>) {
  return {
    reads: ['kubelets'] as const,
    messages,
    examples: { bad: kubeletYaml(bad), good: kubeletYaml(good) },
    *evaluate({ kubelets }: { readonly kubelets: readonly Item<'kubelets'>[] }): Iterable<Finding<M>> {
      for (const kubelet of kubelets) {
        const { status, message, saw } = judge(kubelet.config, kubelet)
        const object = { apiVersion: 'v1', kind: 'Node', name: kubelet.metadata.name }
        yield { status, object, path, message, params: { saw: saw ?? '' }, ...(saw === undefined ? {} : { saw }) }
      }
    },
  }
}

function kubeletYaml(config: string): string {
  return `apiVersion: probe.kubeharden/v1
kind: KubeletProbe
metadata:
  name: worker-1
${config}
`
}

/** Passes or fails by one question; `saw` is the field with its value. */
export function decide(good: boolean, saw: string): Verdict<'good' | 'bad'> {
  return { status: good ? 'pass' : 'fail', message: good ? 'good' : 'bad', saw }
}

/** How the change gets onto a node, in the words of a fix. */
export const IN_KUBELET =
  'in /var/lib/kubelet/config.yaml of each node (kubeadm: in the ConfigMap kubelet-config as well, so that upgrades and new nodes keep it), then restart the kubelet, one node after the other; running pods stay'
