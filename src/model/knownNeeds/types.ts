/**
 * A component of the cluster itself that cannot work, or is not shipped, the way a check wants it. What is listed here turns a
 * fail into `accepted`, with the reason in every report (docs/decisions/0022). It never hides anything else: each need holds for
 * exactly these images in these namespaces, and where `only` is there, for exactly what it names.
 */
export interface KnownNeed {
  /** The component. */
  readonly id: string
  /** The version of kubeharden that brought this entry in its present form. */
  readonly since: string
  readonly namespaces: readonly string[]
  readonly kind: 'Pod' | 'DaemonSet' | 'Deployment' | 'StatefulSet'
  /** The whole name; static pods have the name of their node after a dash. */
  readonly name: RegExp
  /** Ends of repositories, at a slash: `kube-proxy`, `calico/node`. Every image that a finding is about must be one of them. */
  readonly images: readonly string[]
  readonly needs: readonly Need[]
}

export interface Need {
  readonly checks: readonly string[]
  readonly why: string
  /** What may be seen there, each a whole value (a path of the node, a capability); absent: whatever the check sees. */
  readonly only?: readonly string[]
}

/** Words for what many components have in common. */
export const SHIPPED = 'It is shipped like this, and the next upgrade puts back what is changed in it.'
export const HOST_NETWORK = 'It sets up the network of the node, before pods have one.'
