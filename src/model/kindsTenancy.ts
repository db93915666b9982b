import * as tenancy from './objects/tenancy.ts'

/** What bounds the resources of a namespace. */
export const tenancyKinds = {
  resourceQuotas: {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    plural: 'resourcequotas',
    namespaced: true,
    by: 'list',
    schema: tenancy.resourceQuota,
  },
  limitRanges: {
    apiVersion: 'v1',
    kind: 'LimitRange',
    plural: 'limitranges',
    namespaced: true,
    by: 'list',
    schema: tenancy.limitRange,
  },
} as const
