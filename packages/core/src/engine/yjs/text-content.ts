import * as Y from "yjs"
import { firstItem, markersOf } from "./yjs-internals.ts"

/**
 * What stands in a text's value for anything that is no character (an embed, a nested type): U+FFFC OBJECT
 * REPLACEMENT CHARACTER, one unit as in Yjs, so that positions in the value are positions in the `Y.Text`.
 */
export const objectReplacement = "\ufffc"

/** The text as a string; linear in its length. */
export function textString(text: Y.Text): string {
  let out = ""
  for (let item = firstItem(text); item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue
    out += contentOf(item)
  }
  return out
}

/** Items walked over before an index is made: more than a key or two take, and little beside what the index takes. */
const patience = 512

/** Items between two places of an index: near enough to walk, few enough to remember. */
const stride = 16

interface Place {
  readonly item: Y.Item | null
  readonly start: number
}

/**
 * Reads UTF-16 units of a text that nobody writes to meanwhile. Looking one up starts at the nearest of the position markers
 * Yjs keeps for its own edits, so that the cost near the last edit does not depend on the length. Who looks far from them
 * often gets an index: as much as reading the text once, and a search in it for each unit from then on.
 */
export class TextUnits {
  readonly #text: Y.Text
  #patience = patience
  #index: readonly Place[] | undefined

  constructor(text: Y.Text) {
    this.#text = text
  }

  /** The unit at an index below the text's length. */
  at(index: number): number {
    let { item, start } =
      this.#index === undefined ? nearestMarker(this.#text, index) : before(this.#index, index)
    while (item !== null) {
      const length = lengthOf(item)
      if (index < start) {
        item = item.left
        start -= item === null ? 0 : lengthOf(item)
      } else if (index < start + length) return contentOf(item).charCodeAt(index - start)
      else {
        item = item.right
        start += length
      }
      if (this.#patience-- === 0) this.#index = indexOf(this.#text)
    }
    return 0
  }
}

function lengthOf(item: Y.Item): number {
  return item.deleted || !item.countable ? 0 : item.length
}

function contentOf({ content, length }: Y.Item): string {
  return content instanceof Y.ContentString ? content.str : objectReplacement.repeat(length)
}

function indexOf(text: Y.Text): readonly Place[] {
  const places: Place[] = []
  let start = 0
  let count = 0
  for (let item = firstItem(text); item !== null; item = item.right) {
    if (count++ % stride === 0) places.push({ item, start })
    start += lengthOf(item)
  }
  return places
}

/** The last place that is not beyond an index. */
function before(places: readonly Place[], index: number): Place {
  let low = 0
  let high = places.length
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if ((places[middle]?.start ?? 0) <= index) low = middle
    else high = middle
  }
  return places[low] ?? { item: null, start: 0 }
}

function nearestMarker(text: Y.Text, index: number): Place {
  let item = firstItem(text)
  let start = 0
  const markers = markersOf(text)
  let distance = index
  // By index, as this runs for every keystroke and there are up to 80.
  for (let i = 0; i < markers.length; i++) {
    const marker = markers[i]
    if (marker === undefined || Math.abs(marker.index - index) >= distance) continue
    item = marker.p
    start = marker.index
    distance = Math.abs(start - index)
  }
  return { item, start }
}
