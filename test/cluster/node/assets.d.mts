/** Folders: of the node's binaries, of the API server's, of image archives. */
export function ensureNodeAssets(): Promise<{ readonly bin: string; readonly api: string; readonly images: string }>
