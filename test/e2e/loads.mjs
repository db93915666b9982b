// Preloaded by the first-frame test: notes which modules are loaded, and when, in the file KUBEHARDEN_LOADS.
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.KUBEHARDEN_LOADS, `${Date.now()} ${url}\n`)
    return next(url, context)
  },
})
