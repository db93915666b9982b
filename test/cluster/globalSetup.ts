import { ensureAssets } from './assets/build.mjs'

/** Runs once, before the workers start: they inherit the environment and find the binaries without asking again. */
export default async function setup(): Promise<void> {
  process.env.KUBEBUILDER_ASSETS = await ensureAssets()
}
