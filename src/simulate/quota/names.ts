const HUGE_PAGES = 'hugepages-'
const DEVICE_CLASS = 'deviceclass.resource.kubernetes.io/'
const QUALIFIED =
  /^(?:(?=.{1,253}\/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/

/** A resource that Kubernetes itself knows: without a prefix, or under kubernetes.io. */
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}

export function isHugePages(name: string): boolean {
  return name.startsWith(HUGE_PAGES)
}

/** What pods may ask of devices: `nvidia.com/gpu`. */
export function isExtended(name: string): boolean {
  if (name.startsWith(DEVICE_CLASS)) return true
  return !isNative(name) && !name.startsWith('requests.') && QUALIFIED.test(`requests.${name}`)
}

/** May more be limited than there is? Of the rest, request and limit must be the same. */
export function isOvercommitAllowed(name: string): boolean {
  return isNative(name) && !isHugePages(name)
}

/** May a pod ask for it as a whole? */
export function isPodLevel(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePages(name)
}

const OF_PODS = new Set([
  'count/pods',
  'pods',
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
])

/** Is this a name in a quota that pods are counted under? */
export function countsPods(name: string): boolean {
  if (OF_PODS.has(name) || isHugePages(name) || name.startsWith(`requests.${HUGE_PAGES}`)) return true
  return name.startsWith('requests.') && (!isNative(name) || name.startsWith(`requests.${DEVICE_CLASS}`))
}

/** A quota with one of these makes every container say how much it takes. */
export const MUST_BE_SAID: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
])

const CLASS = '.storageclass.storage.k8s.io/'

export function ofClass(storageClass: string, name: string): string {
  return `${storageClass}${CLASS}${name}`
}

export function countsClaims(name: string): boolean {
  const own = ['persistentvolumeclaims', 'requests.storage']
  return name === 'count/persistentvolumeclaims' || own.some((n) => name === n || name.endsWith(`${CLASS}${n}`))
}

/** Is it about claims of one storage class? */
export function countsClass(name: string): boolean {
  return name.includes(CLASS)
}

export function countsServices(name: string): boolean {
  return ['services', 'services.loadbalancers', 'services.nodeports', 'count/services'].includes(name)
}

/** Counted under their plain name as well as under `count/`. */
const PLAIN = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'])

/** The names under which objects of a resource are counted: `count/deployments.apps`, `secrets`. */
export function countNames(resource: string, group: string): readonly string[] {
  const counted = `count/${resource}${group === '' ? '' : `.${group}`}`
  return group === '' && PLAIN.has(resource) ? [resource, counted] : [counted]
}
