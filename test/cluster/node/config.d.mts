/** kubeadm's configuration of a cluster, as text. */
export function kubeadm(place: { readonly name: string; readonly cgroup: string }, address: string): string
