import { Box, type Instance, render, Text, useInput } from 'ink'

export interface Boot {
  readonly app: Instance
  /** Resolves where the operator leaves before the session is there. */
  readonly left: Promise<number>
}

/** How Ink draws the session; the first frame and the session share one instance. */
export const RENDERING = { exitOnCtrlC: false, maxFps: 60, incrementalRendering: true, interactive: true, alternateScreen: true } as const

/** The first frame, drawn with nothing of kubeharden loaded but this file: what takes longer comes after it. */
export function showFirstFrame(version: string): Boot {
  const { promise, resolve } = Promise.withResolvers<number>()
  const app = render(<First version={version} leave={resolve} />, RENDERING)
  return { app, left: promise }
}

function First({ version, leave }: { readonly version: string; readonly leave: (code: number) => void }) {
  useInput((input, key) => {
    if (key.ctrl && input === 'c') leave(130)
    else if (input === 'q') leave(0)
  })
  return (
    <Box flexDirection="column">
      <Text>{`kubeharden ${version}`}</Text>
      <Text>Starting …</Text>
    </Box>
  )
}
