import { compareUtf8, type IdRange } from "@syncline/core"
import { type IdbRange, keyRanges } from "../driver/idb-driver.ts"

// IndexedDB orders kinds of keys: numbers, dates, text, bytes, arrays.
const afterAllText = new ArrayBuffer(0)
const afterAllNumbers: readonly unknown[] = []

/** Units from here on are ordered otherwise by UTF-8 than by IndexedDB, which goes by UTF-16. */
const firstMixed = 0xd800

/**
 * Ranges of ids, which are in UTF-8 order, over keys that IndexedDB orders by UTF-16 units. Bounds of ordinary letters
 * mean the same in both. Where one has a surrogate or a unit above them, the range is widened to all that begins alike,
 * and what `holds` refuses is to be left out.
 */
export class Utf8Range {
  readonly #range: IdRange
  readonly #lower: string
  readonly #upper: string | undefined
  readonly #isLowerOpen: boolean
  /** Whether `holds` refuses no id that is in `keys`. */
  readonly isExact: boolean

  /** `after` is below `through`, or there is no such range. */
  constructor(range: IdRange) {
    const { after, through } = range
    this.#range = range
    this.#lower = cleanPart(after ?? "")
    this.#isLowerOpen = after === this.#lower
    const clean = through === undefined ? undefined : cleanPart(through)
    this.#upper = clean === undefined || clean === through ? clean : successor(clean)
    this.isExact = (after === undefined || this.#isLowerOpen) && clean === through
  }

  /** Keys that are ids. */
  keys(): IdbRange {
    const upper = this.#upper ?? afterAllText
    return keyRanges().bound(this.#lower, upper, this.#isLowerOpen, this.#upper === undefined)
  }

  /** Keys that are `[id, ordinal]`. */
  childKeys(): IdbRange {
    const lower = this.#isLowerOpen ? [this.#lower, afterAllNumbers] : [this.#lower]
    const upper = this.#upper === undefined ? [afterAllText] : [this.#upper, afterAllNumbers]
    return keyRanges().bound(lower, upper, false, this.#upper === undefined)
  }

  /** Whether an id is in the range. */
  holds(id: string): boolean {
    const { after, through } = this.#range
    if (after !== undefined && compareUtf8(id, after) <= 0) return false
    return through === undefined || compareUtf8(id, through) <= 0
  }
}

/** Keys that are no ids: numbers and dates are ordered before text, bytes and arrays after it. */
export function strangeKeys(isChild: boolean): readonly IdbRange[] {
  const ranges = keyRanges()
  return isChild
    ? [ranges.upperBound([""], true), ranges.lowerBound([afterAllText])]
    : [ranges.upperBound("", true), ranges.lowerBound(afterAllText)]
}

/** What precedes the first unit whose order differs. */
function cleanPart(text: string): string {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= firstMixed) return text.slice(0, at)
  return text
}

/** A text above all that begin with this one; `undefined` when there is none. */
function successor(text: string): string | undefined {
  if (text === "") return undefined
  const last = text.length - 1
  return text.slice(0, last) + String.fromCharCode(text.charCodeAt(last) + 1)
}
