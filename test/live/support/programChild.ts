/** The whole program from its source, as a process that can be interrupted and killed. */
import { run } from '../../../src/main.ts'

await run(process.argv.slice(2))
