/** The full-screen front end: the only door to it. */
export { runTui, type TuiOptions } from './run.tsx'
