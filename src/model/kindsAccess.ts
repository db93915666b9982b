import * as access from './objects/access.ts'

/** Who may do what, and the requests for certificates to sign in with. */
export const accessKinds = {
  roles: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    plural: 'roles',
    namespaced: true,
    by: 'list',
    schema: access.role,
  },
  clusterRoles: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    plural: 'clusterroles',
    namespaced: false,
    by: 'list',
    schema: access.role,
  },
  roleBindings: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    plural: 'rolebindings',
    namespaced: true,
    by: 'list',
    schema: access.binding,
  },
  clusterRoleBindings: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    namespaced: false,
    by: 'list',
    schema: access.binding,
  },
  certificateSigningRequests: {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    plural: 'certificatesigningrequests',
    namespaced: false,
    by: 'list',
    schema: access.csr,
  },
} as const
