import { deflateAt } from "#platform"
import { deflaterName } from "./deflater-name.ts"

/** How a gzip file was compressed: enough to do it again. */
export interface DeflateSetting {
  /** 1 to 9. */
  readonly level: number
  /** 1 to 9; 8 unless someone chose otherwise. */
  readonly memLevel: number
}

/** Something that compresses as a gzip file was compressed. */
export interface Deflater {
  /** In a delta: 0 for zlib's algorithm, or the first half of a checksum over what it does. */
  readonly name: number
  /** What a receiver lists that has it. */
  readonly feature: "gzip" | `gzip:${string}`
  /** Levels that it has, those that gzip files are made at most often first. */
  readonly levels: readonly number[]
  readonly memLevels: readonly number[]
  deflate(content: Uint8Array, setting: DeflateSetting): Promise<Uint8Array<ArrayBuffer>>
}

/** Our own, loaded only on use. */
const portable: Deflater = {
  name: 0,
  feature: "gzip",
  levels: [6, 9, 8, 7, 5, 4],
  memLevels: [8],
  async deflate(content, { level, memLevel }) {
    const { zlibDeflate } = await import("./zlib/zlib-deflate.ts")
    return zlibDeflate(content, level, memLevel)
  }
}

/** Those of this runtime: its own if it has one, which is faster, and the portable one. */
export async function knownDeflaters(): Promise<readonly Deflater[]> {
  const name = await deflaterName()
  if (name === undefined) return [portable]
  const native: Deflater = {
    name: Number.parseInt(name, 16),
    feature: `gzip:${name}`,
    levels: [6, 9, 1, 5, 4, 3, 7, 8, 2],
    memLevels: [8, 9],
    deflate: (content, { level, memLevel }) => deflateAt(content, level, memLevel)
  }
  return [native, portable]
}
