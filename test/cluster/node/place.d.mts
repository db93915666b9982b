export interface Place {
  readonly name: string
  readonly dir: string
  readonly kubeconfig: string
}
export function placeOf(name: string): Place
/** `pid` is that of process 1 of the node on this machine. */
export function readCluster(place: Place): { readonly number: number; readonly pid?: number; readonly started?: string } | undefined
/** The clusters that have a folder, running or not. */
export function clusterNames(): string[]
