import type { BundleFile } from '#model/node.ts'

const BLOCK = 512

/** Files as one tar archive (ustar), owned by root; names of at most 100 bytes, which bundles keep to. */
export function tarOf(files: readonly BundleFile[]): Buffer {
  const parts = files.flatMap(({ path, mode, text }) => {
    const body = Buffer.from(text, 'utf8')
    return [header(path, mode, body.length), body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

function header(path: string, mode: number, size: number): Buffer {
  const name = Buffer.from(path, 'utf8')
  if (name.length > 100 || path.startsWith('/') || path.split('/').some((part) => part === '' || part === '.' || part === '..'))
    throw new Error(`${JSON.stringify(path)} is no path inside a bundle`)
  const block = Buffer.alloc(BLOCK)
  name.copy(block, 0)
  const octal = (value: number, at: number, width: number) => block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1')
  octal(mode, 100, 8)
  octal(0, 108, 8) // uid
  octal(0, 116, 8) // gid
  octal(size, 124, 12)
  octal(0, 136, 12) // time: the same bundle is the same bytes
  block.write('        ', 148, 'latin1') // the sum is taken over blanks in its own place
  block.write('0', 156, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}
