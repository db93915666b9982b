import type { LabelSelector } from '#model/objects/meta.ts'
import { type Labels, selects } from '../selectors.ts'
import { both, type Tri } from './tri.ts'

interface Pod {
  readonly namespace: string
  readonly labels: Labels
}

const CILIUM_NAMESPACE = 'io.kubernetes.pod.namespace'

/** Cilium's endpointSelector: labels with a source in front of them (`k8s:app`). What is not a label of the pod is perhaps. */
export function ciliumSelects(selector: LabelSelector | undefined, pod: Pod, own: string | undefined): Tri {
  if (own !== undefined && own !== pod.namespace) return 0
  if (selector === undefined) return 2
  const plain = (key: string) => key.replace(/^(?:k8s|any)[:.]/, '')
  const known = (key: string) => key === CILIUM_NAMESPACE || !/^(?:reserved|cidr|container|io\.cilium|io\.kubernetes)[:.]/.test(key)
  const labels = { ...pod.labels, [CILIUM_NAMESPACE]: pod.namespace }
  const pairs = Object.entries(selector.matchLabels).map(([key, value]) => [plain(key), value] as const)
  const expressions = selector.matchExpressions.map((e) => ({ ...e, key: plain(e.key) }))
  const certain = {
    matchLabels: Object.fromEntries(pairs.filter(([key]) => known(key))),
    matchExpressions: expressions.filter((e) => known(e.key)),
  }
  if (!selects(certain, labels)) return 0
  return [...pairs.map(([key]) => key), ...expressions.map((e) => e.key)].every(known) ? 2 : 1
}

/** The terms of Calico's selectors that are understood; any other term may or may not hold. */
const TERMS: readonly { readonly form: RegExp; readonly holds: (value: string | undefined, given: string) => boolean }[] = [
  { form: /^([\w./-]+)\s*==\s*(['"])([^'"]*)\2$/, holds: (value, given) => value === given },
  { form: /^([\w./-]+)\s*!=\s*(['"])([^'"]*)\2$/, holds: (value, given) => value !== given },
  { form: /^has\(\s*([\w./-]+)\s*\)$/, holds: (value) => value !== undefined },
  { form: /^!\s*has\(\s*([\w./-]+)\s*\)$/, holds: (value) => value === undefined },
]

/** Calico's selector, a text: terms joined by && are read, everything else is perhaps. */
export function calicoSelects(selector: string | undefined, pod: Pod): Tri {
  const text = (selector ?? '').trim()
  if (text === '' || text === 'all()') return 2
  if (text.includes('||')) return 1
  return text.split('&&').reduce<Tri>((sofar, term) => both(sofar, termHolds(term.trim(), pod)), 2)
}

function termHolds(term: string, { labels, namespace }: Pod): Tri {
  if (term === 'all()') return 2
  for (const { form, holds } of TERMS) {
    const [, key, , given = ''] = form.exec(term) ?? []
    if (key === undefined) continue
    if (key === 'projectcalico.org/namespace') return holds(namespace, given) ? 2 : 0
    if (/^(?:projectcalico\.org|pcns\.|pcsa\.)/.test(key)) return 1
    return holds(Object.hasOwn(labels, key) ? labels[key] : undefined, given) ? 2 : 0
  }
  return 1
}
