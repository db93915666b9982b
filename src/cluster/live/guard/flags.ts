import * as z from 'zod'

const pod = z.looseObject({
  spec: z.looseObject({
    containers: z.array(z.looseObject({ name: z.string(), command: z.array(z.string()).nullish(), args: z.array(z.string()).nullish() })),
  }),
})

/** The flags of the container `component`, without their dashes; a flag without a value is `true`, the last of several wins. */
export function flagsOfPod(data: unknown, component: string): Readonly<Record<string, string>> | undefined {
  const read = pod.safeParse(data)
  const container = read.success ? read.data.spec.containers.find((c) => c.name === component) : undefined
  if (container === undefined) return undefined
  const words = [...(container.command ?? []), ...(container.args ?? [])]
  const flags = words.flatMap((word): [string, string][] => {
    const [, name, value] = /^--?([\w-]+)(?:=([\s\S]*))?$/.exec(word) ?? []
    return name === undefined ? [] : [[name, value ?? 'true']]
  })
  return Object.fromEntries(flags)
}
