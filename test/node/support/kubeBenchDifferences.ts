/** Where kube-bench v0.14.0 (cis-1.11) is wrong, each looked at by hand: the file of its configuration, and what the component does. */
interface Difference {
  readonly ids: readonly string[]
  readonly kubeBench: 'pass' | 'fail'
  readonly ours: 'pass' | 'fail'
  /** What our check saw in that case: the difference is explained in no other. */
  readonly saw: RegExp
  readonly because: string
}

export const DIFFERENCES: readonly Difference[] = [
  {
    ids: ['1.1.9'],
    kubeBench: 'fail',
    ours: 'pass',
    saw: /file-cni-mode: [0-6]00$/,
    because:
      'It looks for --cni-conf-dir, which no kubelet has since 1.24, and so never into /etc/cni/net.d. What it sees are leases below /var/lib/cni/networks: host-local writes one with mode 644 for each pod, holding an id and the name of an interface.',
  },
  {
    ids: ['1.2.1'],
    kubeBench: 'fail',
    ours: 'pass',
    saw: /401 on \/api\/v1\/namespaces/,
    because:
      'It looks for --anonymous-auth=false, which ends kubeadm’s health probes. An AuthenticationConfiguration that lets anonymous requests only to health paths excludes the flag; the API answers 401.',
  },
  {
    ids: ['1.2.6', '1.2.7', '1.2.8'],
    kubeBench: 'fail',
    ours: 'pass',
    saw: /in its metrics/,
    because: 'It knows --authorization-mode only. --authorization-config replaces it, and the metrics name the authorizers in use.',
  },
  {
    ids: ['1.2.17', '1.2.18', '1.2.19'],
    kubeBench: 'pass',
    ours: 'fail',
    saw: /no --audit-log-path/,
    because: 'It looks at the flag alone. Without --audit-log-path there is no log that it could be about.',
  },
  {
    ids: ['1.2.16'],
    kubeBench: 'fail',
    ours: 'pass',
    saw: /--audit-webhook-config-file/,
    because: 'Audit events that a webhook sends away are a log as well, and one that stays when the node is gone.',
  },
  {
    ids: ['1.2.22'],
    kubeBench: 'fail',
    ours: 'pass',
    saw: /--service-account-signing-endpoint/,
    because: 'A signer outside the API server holds the keys; the two flags exclude each other.',
  },
  {
    ids: ['1.2.29'],
    kubeBench: 'fail',
    ours: 'pass',
    saw: /--tls-min-version=VersionTLS13/,
    because: 'With TLS 1.3 alone there is no suite to choose, and all of it are on its own list.',
  },
  {
    ids: ['1.3.1'],
    kubeBench: 'pass',
    ours: 'fail',
    saw: /--terminated-pod-gc-threshold=(0|-\d+)/,
    because: 'It looks whether the flag is there. 0 or less switches the clearing off.',
  },
  {
    ids: ['1.3.7', '1.4.2'],
    kubeBench: 'pass',
    ours: 'fail',
    saw: /no --bind-address/,
    because: 'It passes an absent flag, but the default is 0.0.0.0: every address of the node.',
  },
  {
    ids: ['2.7'],
    kubeBench: 'pass',
    ours: 'fail',
    saw: /--trusted-ca-file=/,
    because: 'It looks whether etcd names any CA. Here it is the one that the API server trusts for everybody.',
  },
  {
    ids: ['4.2.9'],
    kubeBench: 'fail',
    ours: 'pass',
    saw: /serverTLSBootstrap: true/,
    because: 'It knows tlsCertFile only. With serverTLSBootstrap the cluster’s CA signs the serving certificate.',
  },
  {
    ids: ['4.2.10'],
    kubeBench: 'pass',
    ours: 'fail',
    saw: /rotateCertificates: false/,
    because: 'It passes an absent field, but a KubeletConfiguration without it means false, as /configz shows.',
  },
  {
    ids: ['4.2.12'],
    kubeBench: 'fail',
    ours: 'pass',
    saw: /tlsMinVersion: VersionTLS13/,
    because: 'With TLS 1.3 alone there is no suite to choose.',
  },
  {
    ids: ['4.2.13'],
    kubeBench: 'pass',
    ours: 'fail',
    saw: /podPidsLimit: -1/,
    because: 'It looks whether the field is there. -1 is no limit.',
  },
  {
    ids: ['4.2.14'],
    kubeBench: 'pass',
    ours: 'fail',
    saw: /seccompDefault: false/,
    because: 'It looks whether the field is there, false included.',
  },
  {
    ids: ['4.3.1'],
    kubeBench: 'pass',
    ours: 'fail',
    saw: /metricsBindAddress (?!127\.)/,
    because:
      'It reads a file that kubeadm does not have and passes what is absent. The address stands in the ConfigMap kube-system/kube-proxy.',
  },
]

/** Why kube-bench and we differ on this row, if it is one of the cases above. */
export function explanationOf(row: {
  readonly id: string
  readonly kubeBench: string
  readonly ours: string
  readonly saw: readonly string[]
}) {
  return DIFFERENCES.find(
    (one) =>
      one.ids.includes(row.id) && one.kubeBench === row.kubeBench && one.ours === row.ours && row.saw.some((saw) => one.saw.test(saw)),
  )?.because
}
