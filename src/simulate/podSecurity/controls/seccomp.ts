/** A profile that does not switch seccomp off. */
export function isConfined(type: string): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost'
}
