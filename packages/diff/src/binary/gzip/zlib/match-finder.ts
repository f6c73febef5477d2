/** How hard a level tries. */
export interface LevelSettings {
  /** A match before that is as long makes the search a quarter as long. */
  readonly good: number
  /** A match before that is as long makes the search superfluous. */
  readonly lazy: number
  /** A match as long ends the search. */
  readonly nice: number
  /** Places to look at. */
  readonly chain: number
}

/** Shortest match. */
export const SHORTEST = 3
const LONGEST = 258
const WINDOW = 1 << 15
const LEAST_AHEAD = LONGEST + SHORTEST + 1
const MAX_DISTANCE = WINDOW - LEAST_AHEAD

/**
 * Hash chains over the last 32 KiB as zlib keeps them. zlib moves its window by halves, and forgets a place when that makes its
 * position 0; so where the window stands is followed here too.
 */
export class MatchFinder {
  /** Where the match that {@link longest} found begins. */
  from = 0
  readonly #content: Uint8Array
  readonly #settings: LevelSettings
  readonly #heads: Int32Array
  readonly #chain = new Int32Array(WINDOW)
  readonly #shift: number
  readonly #mask: number
  #window = 0
  #loaded = 0

  constructor(content: Uint8Array, settings: LevelSettings, memLevel: number) {
    this.#content = content
    this.#settings = settings
    this.#shift = Math.floor((memLevel + 7 + SHORTEST - 1) / SHORTEST)
    this.#heads = new Int32Array(2 ** (memLevel + 7)).fill(-1)
    this.#mask = this.#heads.length - 1
  }

  /** Enters the three bytes at `at`; the last place before that may begin with them too, -1 for none in reach. */
  insert(at: number): number {
    const content = this.#content
    this.#load(at)
    if (at + SHORTEST > content.length) return -1
    const shift = this.#shift
    const first = (content[at] ?? 0) << (2 * shift)
    const hash = (first ^ ((content[at + 1] ?? 0) << shift) ^ (content[at + 2] ?? 0)) & this.#mask
    const head = this.#heads[hash] ?? -1
    this.#chain[at & (WINDOW - 1)] = head
    this.#heads[hash] = at
    return head > this.#window && at - head <= MAX_DISTANCE ? head : -1
  }

  /** Length of the longest match at `at` that is longer than `before`, from `head` back; `before` if there is none. */
  longest(at: number, head: number, before: number): number {
    const content = this.#content
    const { good, nice, chain } = this.#settings
    const ahead = content.length - at
    const enough = Math.min(nice, ahead)
    const limit = Math.max(at - MAX_DISTANCE, this.#window)
    const most = Math.min(LONGEST, ahead)
    let best = before
    let rest = before >= good ? chain >> 2 : chain
    for (let place = head; ; ) {
      if (
        content[place + best] === content[at + best] &&
        content[place + best - 1] === content[at + best - 1]
      ) {
        let length = 0
        while (length < most && content[place + length] === content[at + length]) length++
        if (length > best) {
          this.from = place
          best = length
          if (length >= enough) break
        }
      }
      place = this.#chain[place & (WINDOW - 1)] ?? -1
      if (place <= limit || --rest === 0) break
    }
    return Math.min(best, ahead)
  }

  /** Follows zlib's reading of input: the window moves when what is left ahead gets short. */
  #load(at: number): void {
    const { length } = this.#content
    if (this.#loaded - at >= LEAST_AHEAD) return
    do {
      let room = 2 * WINDOW - (this.#loaded - this.#window)
      if (at - this.#window >= WINDOW + MAX_DISTANCE) {
        this.#window += WINDOW
        room += WINDOW
      }
      if (this.#loaded === length) return
      this.#loaded = Math.min(length, this.#loaded + room)
    } while (this.#loaded - at < LEAST_AHEAD)
  }
}
