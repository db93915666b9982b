/** kube-bench and its folder of configurations; built first if it has to be. */
export function ensureKubeBench(): Promise<{ binary: string; config: string }>
