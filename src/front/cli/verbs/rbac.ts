import type { Command } from 'commander'
import type { Ctx } from '../context.ts'
import { rbacCan } from './rbacCan.ts'
import { rbacLearn } from './rbacLearn.ts'
import { rbacPaths } from './rbacPaths.ts'
import { rbacReach } from './rbacReach.ts'

/** `rbac …`: rights as they are, and as they are used. */
export function rbac(program: Command, ctx: Ctx): void {
  const verbs = program.command('rbac').description('what subjects may do, and roles from what is really used')
  rbacCan(verbs, ctx)
  rbacPaths(verbs, ctx)
  rbacReach(verbs, ctx)
  rbacLearn(verbs, ctx)
}
