import { defineCheck } from '#model/check.ts'
import { PROBE_API } from '#model/kinds.ts'

export const check = defineCheck({
  id: 'access/anonymous-requests',
  severity: 'medium',
  controls: { topic: ['T07'], cis: ['1.2.1'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'Requests without credentials are refused' },
    why: {
      en: 'A request without credentials is let in as system:anonymous. One binding too many, or one flaw in the API server, and anybody who reaches its port needs no account at all.',
    },
    fix: {
      en: 'Give the API server an AuthenticationConfiguration whose anonymous section allows /livez, /readyz and /healthz only. Do not set --anonymous-auth=false on kubeadm clusters: the kubelet probes health without credentials and would restart the API server again and again. Limiting anonymous to health paths also ends token discovery of kubeadm join.',
    },
  },
  reads: ['anonymous'],
  messages: {
    refused: { en: 'A request to {path} without credentials got {code}: it is refused before anybody asks what it may do.' },
    letIn: { en: 'A request to {path} without credentials got {code}: it was let in as system:anonymous, and only RBAC held it back.' },
    served: { en: 'A request to {path} without credentials got {code}: it was served.' },
    open: { en: '{path} answers {code} without credentials; health and version may.' },
    unclear: { en: 'A request to {path} without credentials got {code}, which says nothing about anonymous access.' },
  },
  *evaluate({ anonymous }) {
    for (const { metadata, path, code } of anonymous) {
      const finding = {
        object: { apiVersion: PROBE_API, kind: 'AnonymousProbe', name: metadata.name },
        path: 'code',
        saw: `${code} on ${path}`,
        params: { path, code },
      }
      if (!/^\/apis?(\/|$)/.test(path)) yield { ...finding, status: 'pass', message: 'open' }
      else if (code === 401) yield { ...finding, status: 'pass', message: 'refused' }
      else if (code === 403) yield { ...finding, status: 'fail', message: 'letIn' }
      else if (code >= 200 && code < 300) yield { ...finding, status: 'fail', message: 'served' }
      else yield { ...finding, status: 'unknown', message: 'unclear' }
    }
  },
  examples: {
    bad: `apiVersion: probe.kubeharden/v1
kind: AnonymousProbe
metadata:
  name: namespaces
path: /api/v1/namespaces
code: 403
`,
    good: `apiVersion: probe.kubeharden/v1
kind: AnonymousProbe
metadata:
  name: namespaces
path: /api/v1/namespaces
code: 401
`,
  },
})
