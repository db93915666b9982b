export function entering(pid: number, command: readonly string[]): [string, string[]]
