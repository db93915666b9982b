export { openJournal } from './journal.ts'
export { acquireLock, type Lock } from './lock.ts'
export { clusterDir, configHome, stateHome } from './paths.ts'
export { openProgress } from './progress.ts'
