/** What went wrong, as the exit code tells it (see `docs/command-line.md`). */
export type ErrorCode =
  | 'usage' // wrong command line
  | 'input' // a file or an answer is wrong
  | 'kubeconfig' // the kubeconfig is missing, empty or broken
  | 'credentials' // not allowed in: 401, expired certificate, exec plugin failed
  | 'unreachable' // no answer from the API server
  | 'forbidden' // 403 for the thing asked for
  | 'not-found'
  | 'conflict' // somebody else changed or owns it
  | 'rejected' // the API server or an admission plugin refused the object
  | 'change-failed' // a change failed or could not be verified
  | 'locked' // another session works on this cluster
  | 'read-only'
  | 'interrupted'
  | 'internal'

const EXIT: Record<ErrorCode, number> = {
  usage: 2,
  input: 2,
  kubeconfig: 2,
  'read-only': 2,
  'not-found': 2,
  locked: 2,
  credentials: 3,
  unreachable: 3,
  forbidden: 3,
  conflict: 4,
  rejected: 4,
  'change-failed': 4,
  interrupted: 130,
  internal: 4,
}

/** An error made for the operator: what happened (`message`), and what to do next (`hint`). */
export class HardenError extends Error {
  override readonly name = 'HardenError'
  readonly code: ErrorCode
  readonly hint: string

  constructor(code: ErrorCode, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.hint = hint
  }

  /** The process exit code that belongs to this error. */
  get exitCode(): number {
    return EXIT[this.code]
  }
}

/** Any thrown value as a HardenError; what is not one becomes `internal` and keeps its cause. */
export function toHardenError(error: unknown): HardenError {
  if (error instanceof HardenError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new HardenError('internal', message, 'This is a defect in kubeharden. Run again with -v and report what it prints.', {
    cause: error,
  })
}
