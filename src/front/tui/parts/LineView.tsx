import { Box, Text } from 'ink'
import { createContext, memo, useContext } from 'react'
import type { Line, Span, Tone } from '../lines.ts'

/** Are colours wanted? Weight and inverse stay: they are not colours. */
export const ColourContext = createContext(true)

const COLOURS: Record<Tone, { color?: string; dimColor?: boolean }> = {
  bad: { color: 'red' },
  warn: { color: 'yellow' },
  good: { color: 'green' },
  info: { color: 'cyan' },
  dim: { dimColor: true },
}

function Piece({ span, colour }: { readonly span: Span; readonly colour: boolean }) {
  const tone = colour && span.tone !== undefined ? COLOURS[span.tone] : {}
  return (
    <Text {...tone} bold={span.bold === true} inverse={span.inverse === true}>
      {span.text}
    </Text>
  )
}

/** A piece is its place in the line, a line its place on the screen. */
const place = (index: number) => `at-${index}`

/** One line of the screen, cut to its width; never squeezed, never two. */
export const LineView = memo(function LineView({ line, width }: { readonly line: Line; readonly width: number }) {
  const colour = useContext(ColourContext)
  return (
    <Box height={1} width={width} flexShrink={0} overflow="hidden">
      <Text wrap="truncate-end">
        {line.length === 0 ? ' ' : line.map((span, i) => <Piece key={place(i)} span={span} colour={colour} />)}
      </Text>
    </Box>
  )
})

/** Lines one below the other, in a box of exactly `height`. */
export function Lines({ lines, width, height }: { readonly lines: readonly Line[]; readonly width: number; readonly height: number }) {
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
      {lines.slice(0, height).map((line, i) => (
        <LineView key={place(i)} line={line} width={width} />
      ))}
    </Box>
  )
}
