import { refLabel } from '#model/refs.ts'
import { describeRight } from '#model/right.ts'
import { safe } from '#model/text.ts'
import { gapSentence } from '#report/words.ts'
import type { PathsAnswer, Place, Step } from '#session/rbacPaths.ts'
import { subjectWords, viaWords } from './rbacCanText.ts'
import { tidyRule } from './whoCanText.ts'

/** Each subject that gets to cluster-admin, with its steps. */
export function pathsText({ asked, subjects, folded, gaps }: PathsAnswer): string {
  const lines = [
    ...(subjects.length === 0
      ? [asked === undefined ? 'Nobody is known to reach cluster-admin.' : `${subjectWords(asked)} is not known to reach cluster-admin.`]
      : []),
    ...subjects.flatMap(({ subject, steps }) => [`${subjectWords(subject)}: ${headline(steps)}`, ...stepLines(steps)]),
    ...(folded === 0 ? [] : [`${folded} subjects that come with Kubernetes reach it too (--builtin).`]),
    ...gaps.map((gap) => `Could not be seen, there may be more: ${gapSentence(gap)}`),
  ]
  return `${lines.join('\n')}\n`
}

/** `cluster-admin in 2 steps`. */
export function headline(steps: readonly Step[]): string {
  const last = steps.at(-1)
  if (last === undefined) return 'is cluster-admin'
  return `reaches ${endWords(last.to)} in ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`
}

function endWords(to: Place): string {
  if (to.kind === 'control-plane-node') return 'root on a node of the control plane, which is as good as cluster-admin,'
  if (to.kind === 'admission') return 'every object that anybody writes, which is as good as cluster-admin,'
  return 'cluster-admin'
}

export function stepLines(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step, i) => [
    `  ${i + 1}. ${subjectWords(step.by)} ${sentence(step)}`,
    ...step.rights.flatMap((right) => [
      `       ${safe(describeRight(right))}`,
      `         ${right.via === undefined ? 'by a step before' : viaWords({ ...right.via })}`,
    ]),
    ...(step.assumes === undefined ? [] : [`       ${safe(step.assumes)}`]),
  ])
}

function sentence(step: Step): string {
  const to = toWords(step.to)
  const through = step.through === undefined ? '' : safe(refLabel(step.through))
  const isNode = step.to.kind === 'node' || step.to.kind === 'control-plane-node' || step.through?.kind === 'Node'
  const onNode =
    step.through?.kind === 'Node' && step.to.kind === 'subject'
      ? `is root on ${through}, where there is a token of ${to}`
      : `is root on ${isNode ? to : through}`
  switch (step.kind) {
    case 'run-pod':
      return isNode ? `makes a privileged pod and ${onNode}` : `makes a pod that runs as ${to}`
    case 'change-workload':
      return isNode
        ? `changes the pods of a workload into privileged ones and ${onNode}`
        : `changes a workload so that its pods run as ${to}`
    case 'enter-pod':
      return isNode ? `enters a pod that is not kept apart from its node, and ${onNode}` : `enters ${through}, which holds a token of ${to}`
    case 'swap-image':
      return isNode
        ? `puts an image of its own into a pod that is not kept apart from its node, and ${onNode}`
        : `puts an image of its own into ${through}, which holds a token of ${to}`
    case 'mint-token':
      return `makes a token of ${to}`
    case 'read-token':
      return `reads ${through}, which holds a token of ${to}`
    case 'make-token-secret':
      return `makes a Secret into which a token of ${to} is put, and reads it`
    case 'make-account':
      return `makes ${to}, which is bound but not there, and takes on its rights`
    case 'impersonate':
      return step.to.kind === 'everything' ? 'acts as a member of system:masters' : `acts as ${to}`
    case 'bind-role':
      return `binds ${step.to.kind === 'everything' ? 'cluster-admin' : to} to itself`
    case 'change-binding':
      return `adds itself to a binding of ${step.to.kind === 'everything' ? 'cluster-admin' : to}`
    case 'escalate-role':
      return 'writes every right into a role that it has'
    case 'node-proxy':
      return `runs commands through the kubelet and ${onNode}`
    case 'host-volume':
      return `makes a PersistentVolume of a folder of the node, which Pod Security does not look into, mounts it in a pod and ${onNode}`
    case 'loosen-namespace':
      return `takes the Pod Security label off a namespace, makes a privileged pod there and ${onNode}`
    case 'approve-certificate':
      return `asks for a certificate of ${to}, approves it and signs in with it`
    case 'change-admission':
      return 'has every object that is written sent to a webhook or policy of its own, which changes it'
  }
}

function toWords(to: Place): string {
  switch (to.kind) {
    case 'subject':
      return subjectWords(to.subject)
    case 'role':
      return `${safe(to.role.kind)} ${safe(to.role.name)}${to.namespace === undefined ? '' : ` in namespace ${safe(to.namespace)}`}`
    case 'node':
      return to.name === undefined ? 'a node' : `node ${safe(to.name)}`
    case 'control-plane-node':
      return to.name === undefined ? 'a node of the control plane' : `node ${safe(to.name)} of the control plane`
    case 'kubelet':
      return 'a kubelet'
    case 'everything':
      return 'cluster-admin'
    case 'admission':
      return 'every object that is written'
  }
}

/** The answer as JSON: rules as in a manifest. */
export function pathsJson(answer: PathsAnswer): unknown {
  return {
    ...answer,
    subjects: answer.subjects.map(({ steps, ...subject }) => ({ ...subject, reaches: reaches(steps), steps: steps.map(stepJson) })),
  }
}

function reaches(steps: readonly Step[]): string {
  const to = steps.at(-1)?.to
  return to === undefined || to.kind === 'everything' ? 'cluster-admin' : to.kind
}

export function stepJson({ rights, ...step }: Step): unknown {
  return {
    ...step,
    rights: rights.map(({ via, ...right }) => (via === undefined ? right : { ...right, via: { ...via, rule: tidyRule(via.rule) } })),
  }
}
