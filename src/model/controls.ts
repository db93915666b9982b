/** Sections of CIS Kubernetes Benchmark 1.12 and how many controls each has: `1.1` is 1.1.1 to 1.1.21. Source: kube-bench, cfg/cis-1.12. */
const SECTIONS: readonly (readonly [section: string, controls: number])[] = [
  ['1.1', 21],
  ['1.2', 30],
  ['1.3', 7],
  ['1.4', 2],
  ['2', 7],
  ['3.1', 3],
  ['3.2', 2],
  ['4.1', 10],
  ['4.2', 14],
  ['4.3', 1],
  ['5.1', 13],
  ['5.2', 12],
  ['5.3', 2],
  ['5.4', 2],
  ['5.5', 1],
  ['5.6', 4],
]

/** All control ids, in the benchmark's order. */
export const CIS_CONTROLS: readonly string[] = SECTIONS.flatMap(([section, controls]) =>
  Array.from({ length: controls }, (_, i) => `${section}.${i + 1}`),
)

/** The topics of the checklist, by the number that checks give. */
export const TOPICS: readonly (readonly [id: string, title: string])[] = [
  ['T01', 'image hygiene'],
  ['T02', 'image scanning, before push and periodic'],
  ['T03', 'image signatures'],
  ['T04', 'security context, dangerous settings'],
  ['T05', 'seccomp, AppArmor, SELinux'],
  ['T06', 'sandboxed runtimes'],
  ['T07', 'authentication of people'],
  ['T08', 'RBAC, least privilege'],
  ['T09', 'leaked credential'],
  ['T10', 'namespaces as boundaries'],
  ['T11', 'network policies'],
  ['T12', 'service mesh'],
  ['T13', 'TLS and ports'],
  ['T14', 'encryption at rest and keys'],
  ['T15', 'etcd'],
  ['T16', 'etcd backup and restore'],
  ['T17', 'application data'],
  ['T18', 'disaster recovery'],
  ['T19', 'admission rules'],
  ['T20', 'Pod Security Standards (successor of PSP)'],
  ['T21', 'quota and limits'],
  ['T22', 'nodes'],
  ['T23', 'audit log'],
  ['T24', 'central logging'],
  ['T25', 'metrics and alerts'],
  ['T26', 'upgrades and patches'],
  ['T27', 'periodic inspection and report'],
  ['T28', 'incident response'],
  ['T29', 'debugging without tools in images'],
  ['T30', 'layers and cloud'],
  ['T31', 'runtime detection'],
]
