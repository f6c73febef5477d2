import { checkOptions } from "../argument/check-argument.ts"
import { diffError } from "../error/diff-error.ts"
import { defaultGear, type GearTable } from "./gear-table.ts"

/** How content is cut into chunks. Chunks are shared only between contents cut with the same options. */
export interface ChunkerOptions {
  /** No chunk but the last is shorter: at least 64. Default a quarter of the average. */
  readonly minBytes?: number
  /** About the mean size: at least 64. Default 16 KiB: half a percent of ids, and chunks that compress well alone. */
  readonly averageBytes?: number
  /** No chunk is longer: at most 16 MiB. Default eight times the average. */
  readonly maxBytes?: number
  /** Default `defaultGear`. */
  readonly gear?: GearTable
}

/** Checked options with what follows from them. */
export interface ChunkRule {
  readonly minBytes: number
  readonly averageBytes: number
  readonly maxBytes: number
  readonly gear: GearTable
  /** A chunk shorter than the average ends where the gear hash is below this. */
  readonly strict: number
  /** The same for one of at least the average. */
  readonly loose: number
}

const DEFAULT_AVERAGE_BYTES = 16_384
/** No chunk but the last of a content is shorter: twice the window of the gear hash, which so never sees another chunk. */
export const LEAST_CHUNK_BYTES = 64
/** No chunk is longer. */
export const MOST_CHUNK_BYTES: number = 2 ** 24
// Normalised chunking at level 1: one bit more than the average asks for before it is reached, one fewer afterwards. Level 2
// halves the spread of sizes, but then an edit near an end moves up to ten more ends before they fall in step again: 3 of 1000 bytes inserted
// at random change more than two chunks, 1.4 here. Half a level makes it 0.9 and the spread a fifth wider; without any, runs in which nothing
// ends a chunk are cut at the most, which is 12 of 1000. The least size hardly matters: half as much, or none, makes it 1.3 or 1.1.
const NORMALISATION = 2

/** @throws SynclineError `chunk-options-invalid` for sizes that are out of range or out of order, or a table of other than 256 entries. */
export function chunkRule(options: ChunkerOptions = {}): ChunkRule {
  checkOptions(options)
  const averageBytes = options.averageBytes ?? DEFAULT_AVERAGE_BYTES
  const minBytes = options.minBytes ?? Math.max(LEAST_CHUNK_BYTES, averageBytes >> 2)
  const maxBytes = options.maxBytes ?? Math.min(MOST_CHUNK_BYTES, averageBytes * 8)
  const gear = options.gear ?? defaultGear
  const sizes = [LEAST_CHUNK_BYTES, minBytes, averageBytes, maxBytes, MOST_CHUNK_BYTES]
  const ordered = sizes.every((size, i) => Number.isInteger(size) && size >= (sizes[i - 1] ?? 0))
  if (!ordered || gear.length !== 256) {
    throw diffError(
      "chunk-options-invalid",
      `chunks of ${minBytes}, ${averageBytes}, ${maxBytes} bytes (least, average, most) with a table of ${gear.length}: sizes are whole, ascending, from ${LEAST_CHUNK_BYTES} to ${MOST_CHUNK_BYTES}, the table has 256 entries`
    )
  }
  const strict = threshold(averageBytes * NORMALISATION)
  const loose = threshold(averageBytes / NORMALISATION)
  return { minBytes, averageBytes, maxBytes, gear, strict, loose }
}

/** One in `mean` signed 32-bit numbers is below. */
function threshold(mean: number): number {
  return Math.floor(2 ** 32 / mean) - 2 ** 31
}
