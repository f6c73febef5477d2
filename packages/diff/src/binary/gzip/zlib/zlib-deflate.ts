import { nextTurn } from "#platform"
import { BitWriter } from "./bit-writer.ts"
import { BlockWriter } from "./block-writer.ts"
import { type LevelSettings, MatchFinder, SHORTEST } from "./match-finder.ts"

// What a match of three bytes must not be farther than: literals are cheaper then.
const TOO_FAR = 4096

// Per level, from 4 on: halve efforts at, do not look further at, stop at, steps.
const LEVELS: readonly LevelSettings[] = [
  [4, 4, 16, 16],
  [8, 16, 32, 32],
  [8, 16, 128, 128],
  [8, 32, 128, 256],
  [32, 128, 258, 1024],
  [32, 258, 258, 4096]
].map(([good = 0, lazy = 0, nice = 0, chain = 0]) => ({ good, lazy, nice, chain }))

// Some ten milliseconds of work.
const TURN_BYTES = 1 << 18

/** Lowest level that {@link zlibDeflate} knows: those below work in another way. */
const LOWEST_LEVEL = 4

/**
 * Raw DEFLATE, bit for bit as zlib 1.2 and 1.3 make it without the changes that some builds have for newer processors: window of
 * 32 KiB, default strategy, `level` 4 to 9, `memLevel` 1 to 9. Slower than zlib, about ten megabytes a second;
 * gives way to other work in between.
 */
export async function zlibDeflate(
  content: Uint8Array,
  level: number,
  memLevel: number
): Promise<Uint8Array<ArrayBuffer>> {
  const settings = LEVELS[level - LOWEST_LEVEL]
  if (settings === undefined) throw new RangeError(`level ${level} is not known here`)
  const out = new BitWriter(content.length >> 2)
  const blocks = new BlockWriter(out, content, memLevel)
  const matching = new LazyMatching(content, settings, memLevel, blocks)
  for (let end = TURN_BYTES; end < content.length; end += TURN_BYTES) {
    matching.advance(end)
    await nextTurn()
  }
  matching.finish()
  return out.finish()
}

/** zlib's lazy evaluation: a match waits until it is known that none at the next byte is longer. */
class LazyMatching {
  readonly #content: Uint8Array
  readonly #settings: LevelSettings
  readonly #finder: MatchFinder
  readonly #blocks: BlockWriter
  #at = 0
  #length = SHORTEST - 1
  #from = 0
  #waits = false

  constructor(content: Uint8Array, settings: LevelSettings, memLevel: number, blocks: BlockWriter) {
    this.#content = content
    this.#settings = settings
    this.#finder = new MatchFinder(content, settings, memLevel)
    this.#blocks = blocks
  }

  advance(end: number): void {
    while (this.#at < end) this.#step()
  }

  finish(): void {
    const { length } = this.#content
    this.advance(length)
    if (this.#waits) this.#blocks.literal(this.#content[length - 1] ?? 0)
    this.#blocks.flush(length, true)
  }

  #step(): void {
    const at = this.#at
    const lengthBefore = this.#length
    const fromBefore = this.#from
    this.#look(at, lengthBefore)
    if (lengthBefore >= SHORTEST && this.#length <= lengthBefore) {
      this.#take(at, fromBefore, lengthBefore)
    } else {
      if (this.#waits && this.#blocks.literal(this.#content[at - 1] ?? 0)) this.#blocks.flush(at, false)
      this.#waits = true
      this.#at++
    }
  }

  /** The longest match at `at`, if it is worth knowing. */
  #look(at: number, lengthBefore: number): void {
    this.#length = SHORTEST - 1
    const head = this.#finder.insert(at)
    if (head < 0 || lengthBefore >= this.#settings.lazy) return
    const found = this.#finder.longest(at, head, lengthBefore)
    this.#length = found
    if (found > lengthBefore) this.#from = this.#finder.from
    if (found === SHORTEST && at - this.#from > TOO_FAR) this.#length = SHORTEST - 1
  }

  /** The match that began one byte before `at`. */
  #take(at: number, from: number, length: number): void {
    const isFull = this.#blocks.match(at - 1 - from, length)
    const end = at - 1 + length
    for (let next = at + 1; next < end; next++) this.#finder.insert(next)
    this.#waits = false
    this.#length = SHORTEST - 1
    this.#at = end
    if (isFull) this.#blocks.flush(end, false)
  }
}
