/** The folder with `kube-bench` and its configurations in `cfg`; built first if it has to be. */
export function ensureKubeBench(): Promise<string>
