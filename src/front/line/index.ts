export { type LineOptions, runLine } from './runLine.ts'
