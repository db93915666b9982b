const same = (text: string) => text

/** Inquirer's look without colour: NO_COLOR and --no-color, whatever the library finds in the environment. */
const COLORLESS = {
  prefix: { idle: '?', done: '>' },
  style: {
    answer: same,
    message: same,
    error: (text: string) => `> ${text}`,
    defaultAnswer: (text: string) => `(${text})`,
    help: same,
    highlight: same,
    key: (text: string) => `<${text}>`,
    disabled: same,
    description: same,
    keysHelpTip: (keys: readonly (readonly [string, string])[]) => keys.map(([key, action]) => `${key} ${action}`).join(', '),
  },
  icon: { cursor: '>', checked: '[x]', unchecked: '[ ]', disabledChecked: '[x]', disabledUnchecked: '[ ]' },
  spinner: { interval: 80, frames: ['-', '\\', '|', '/'] },
} as const

/** What is put into each question; undefined leaves the library's own theme. */
export function themeOf(color: boolean): typeof COLORLESS | undefined {
  return color ? undefined : COLORLESS
}
