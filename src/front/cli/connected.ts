import { HardenError } from '#model/errors.ts'
import { createSession } from '#session/session.ts'
import type { CommandSession, Ready, Session } from '#session/types.ts'
import { type Ctx, type Globals, targetOf } from './context.ts'

/** Runs `work` in a session on the target of these flags; the session is closed whatever happens. */
export async function connected<T>(
  ctx: Ctx,
  globals: Globals,
  options: { readonly readOnly: boolean },
  work: (session: CommandSession, ready: () => Ready) => Promise<T>,
): Promise<T> {
  const session = createSession({ ...ctx.deps.session(globals, options), target: targetOf(globals) })
  const leave = () => void session.close()
  ctx.io.signal.addEventListener('abort', leave, { once: true })
  try {
    await session.start()
    return await work(session, () => readyOf(session))
  } finally {
    ctx.io.signal.removeEventListener('abort', leave)
    await session.close()
  }
}

function readyOf(session: Session): Ready {
  const view = session.view()
  if (view.phase === 'ready') return view
  if (view.phase === 'failed') throw view.error
  if (view.phase === 'choosing' && view.problem !== undefined) throw view.problem
  throw new HardenError('interrupted', 'Interrupted before the cluster was read.', 'Nothing was changed.')
}
