import * as z from 'zod'
import { GUARD_RIGHTS } from '#model/guardRights.ts'
import { describeRight } from '#model/right.ts'
import type { Rest } from '../rest.ts'

const answer = z.looseObject({ status: z.looseObject({ allowed: z.boolean().optional() }).optional() })

/** The rights for guards that are missing, in the words of a Role. */
export async function missingRights(rest: Rest, signal?: AbortSignal): Promise<readonly string[]> {
  const asked = await Promise.all(
    GUARD_RIGHTS.map(async (right) => {
      const { verb, group } = right
      const [resource = '', subresource] = right.resource.split('/')
      const resourceAttributes = { verb, group, resource, ...(subresource === undefined ? {} : { subresource }) }
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } }
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
      const { data } = await rest.call('POST', path, { body, ...(signal === undefined ? {} : { signal }) })
      const read = answer.safeParse(data)
      return read.success && read.data.status?.allowed === true ? [] : [describeRight(right)]
    }),
  )
  return asked.flat()
}
