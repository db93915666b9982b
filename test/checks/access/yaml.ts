import { stringify } from 'yaml'

const API = 'rbac.authorization.k8s.io/v1'

/** `shop/reader` and `reader` as metadata. */
function metadata(path: string, labels: Record<string, string> = {}) {
  const [first = '', second] = path.split('/')
  return second === undefined ? { name: first, labels } : { namespace: first, name: second, labels }
}

interface Limits {
  readonly group?: string
  readonly names?: readonly string[]
}

/** A rule in words, for `role`: verbs and resources are parted by blanks. */
export function rule(verbs: string, resources: string, { group = '', names = [] }: Limits = {}): string {
  return JSON.stringify({ apiGroups: [group], resources: resources.split(' '), verbs: verbs.split(' '), resourceNames: names })
}

/** `role('Role shop/reader', rule('get', 'pods'))`, as YAML; `get on paths /a /b` is a rule on paths. */
export function role(kindAndName: string, ...rules: readonly string[]): string {
  const [kind = '', path = ''] = kindAndName.split(' ')
  const parsed = rules.map((text) => {
    const paths = /^(\w+) on paths (.+)$/.exec(text)
    return paths === null ? JSON.parse(text) : { verbs: [paths[1]], nonResourceURLs: paths[2]?.split(' ') }
  })
  return stringify({ apiVersion: API, kind, metadata: metadata(path), rules: parsed })
}

/** `bind('RoleBinding shop/dev', 'ClusterRole view', 'Group dev, ServiceAccount shop/ci')`, as YAML. */
export function bind(kindAndName: string, roleRef: string, subjects: string, shipped = false): string {
  const [kind = '', path = ''] = kindAndName.split(' ')
  const [roleKind, name] = roleRef.split(' ')
  return stringify({
    apiVersion: API,
    kind,
    metadata: metadata(path, shipped ? { 'kubernetes.io/bootstrapping': 'rbac-defaults' } : {}),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name },
    subjects: subjects.split(', ').map((text) => {
      const [subjectKind = '', subject = ''] = text.split(' ')
      const [namespace, account] = subject.split('/')
      return subjectKind === 'ServiceAccount'
        ? { kind: subjectKind, namespace, name: account }
        : { kind: subjectKind, apiGroup: 'rbac.authorization.k8s.io', name: subject }
    }),
  })
}
