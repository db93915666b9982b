/** A set of small numbers. */
export class Bits {
  private readonly words: Uint32Array

  constructor(size: number) {
    this.words = new Uint32Array(Math.ceil(size / 32))
  }

  add(i: number): void {
    this.words[i >>> 5] = (this.words[i >>> 5] ?? 0) | (1 << (i & 31))
  }

  has(i: number): boolean {
    return ((this.words[i >>> 5] ?? 0) & (1 << (i & 31))) !== 0
  }

  addAll(other: Bits): void {
    for (let w = 0; w < this.words.length; w += 1) this.words[w] = (this.words[w] ?? 0) | (other.words[w] ?? 0)
  }

  fill(): void {
    this.words.fill(0xffff_ffff)
  }

  forEach(visit: (i: number) => void): void {
    this.words.forEach((word, w) => {
      for (let rest = word; rest !== 0; rest &= rest - 1) visit(w * 32 + 31 - Math.clz32(rest & -rest))
    })
  }

  clear(): void {
    this.words.fill(0)
  }

  remove(i: number): void {
    this.words[i >>> 5] = (this.words[i >>> 5] ?? 0) & ~(1 << (i & 31))
  }
}

/** What is surely in a set, and what is perhaps (the sure ones too). */
export interface Range {
  readonly sure: Bits
  readonly maybe: Bits
}

export function emptyRange(size: number): Range {
  return { sure: new Bits(size), maybe: new Bits(size) }
}
