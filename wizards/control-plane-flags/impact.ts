import type { Impact } from '#model/change.ts'
import type { State } from '#model/state.ts'
import { keptFlags } from '../shared/node/kept.ts'
import { keptLine } from '../shared/node/lines.ts'
import { allPlans } from './plan.ts'
import type { FlagAnswers } from './questions.ts'
import { externalIpServices, kubeletsSigned } from './seen.ts'
import { SETTINGS } from './settings.ts'

export function impact(state: State, answers: FlagAnswers): readonly Impact[] {
  const lines = answers.settings.flatMap((id): Impact[] => {
    const line = SETTINGS[id].impact
    return line === undefined ? [] : [line]
  })
  if (answers.settings.includes('deny-external-ips')) lines.push(...externalIps(state))
  if (answers.settings.includes('kubelet-certificates')) lines.push(kubelets(state))
  const kept = keptFlags(
    state,
    allPlans(state, answers).map(({ plan }) => plan),
  )
  return [...lines, ...keptLine(state, kept, 'kubeadm-config')]
}

function externalIps(state: State): Impact[] {
  const services = externalIpServices(state)
  if (services.length === 0) return []
  return [
    {
      level: 'danger',
      text: { en: '{services} use externalIPs: they go on, and can no longer be changed to another address nor made anew.' },
      params: { services: services.join(', ') },
    },
  ]
}

function kubelets(state: State): Impact {
  if (kubeletsSigned(state))
    return {
      level: 'warn',
      text: {
        en: 'Every kubelet asks for a certificate of the cluster. Where one was not approved yet, logs and exec of the pods on that node fail.',
      },
    }
  return {
    level: 'danger',
    text: {
      en: 'Kubelets here serve certificates that they signed themselves: logs, exec, port-forward and metrics of pods then fail on every node. Set serverTLSBootstrap with the wizard kubelet-config and approve the requests first.',
    },
  }
}
