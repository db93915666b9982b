import type { ScreenDef } from '../screen.ts'
import * as connecting from './connecting.ts'
import * as contexts from './contexts.ts'
import * as overview from './overview.ts'

/** The first screen of the stack: what the session's phase makes of it. */
export const home: ScreenDef<{ name: 'home' }> = {
  crumb: (_screen, ctx) =>
    ctx.view.phase === 'ready' ? ctx.t('Overview') : ctx.view.phase === 'connecting' ? ctx.t('Connecting') : ctx.t('Clusters'),
  body: (_screen, ctx) => {
    if (ctx.view.phase === 'ready') return overview.body(ctx, ctx.view)
    if (ctx.view.phase === 'connecting') return connecting.body(ctx, ctx.view)
    return contexts.body(ctx, ctx.view)
  },
  keys: (_screen, ctx) => {
    if (ctx.view.phase === 'ready') return overview.keys(ctx, ctx.view)
    if (ctx.view.phase === 'connecting') return connecting.keys(ctx)
    return contexts.keys(ctx)
  },
}
