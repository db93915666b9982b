import type { PolicyRule } from '#model/objects/access.ts'

const paths = '/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/'.split(' ')

function create(group: string, ...resources: string[]): PolicyRule {
  return { verbs: ['create'], apiGroups: [group], resources, resourceNames: [], nonResourceURLs: [] }
}

/** What system:discovery, system:public-info-viewer and system:basic-user give to everybody who is signed in. */
export const GIVEN_TO_ALL: readonly PolicyRule[] = [
  { verbs: ['get'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: paths },
  create('authorization.k8s.io', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'),
  create('authentication.k8s.io', 'selfsubjectreviews'),
]
