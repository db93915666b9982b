/** The folder with etcd, etcdctl, kube-apiserver and kubectl; built first if it has to be. */
export function ensureAssets(): Promise<string>
/** The cache folder that `ensureAssets` would use or build. */
export function assetsFolder(): Promise<string>
/** Where built things are kept, across runs and checkouts. */
export function cacheRoot(): string
