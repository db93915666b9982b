import type { Container } from '#model/objects/workload.ts'
import { isReference, parseImage } from './reference.ts'

/**
 * As the API server fills it in: an image that says no version, or `latest`, is asked for each time; beside a digest a tag `latest`
 * counts as well. Source: kubernetes pkg/apis/core/v1/defaults.go SetDefaults_Container, pkg/util/parsers.
 */
export function pullPolicyOf({ image, imagePullPolicy }: Pick<Container, 'image' | 'imagePullPolicy'>): string {
  if (imagePullPolicy !== undefined && imagePullPolicy !== '') return imagePullPolicy
  const parsed = parseImage(image)
  if (!isReference(parsed)) return 'IfNotPresent'
  const tag = parsed.tag ?? (parsed.digest === undefined ? 'latest' : '')
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}
