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
    out += item.content instanceof Y.ContentString ? item.content.str : objectReplacement.repeat(item.length)
  }
  return out
}

/**
 * The UTF-16 unit at an index below the text's length. Starts at the nearest of the position markers Yjs keeps for its
 * own edits, so that the cost near the last edit does not depend on the length.
 */
export function textUnitAt(text: Y.Text, index: number): number {
  let { item, start } = nearestMarker(text, index)
  while (item !== null) {
    const length = item.deleted || !item.countable ? 0 : item.length
    if (index < start) {
      item = item.left
      start -= item === null || item.deleted || !item.countable ? 0 : item.length
    } else if (index < start + length) {
      const { content } = item
      return (content instanceof Y.ContentString ? content.str : objectReplacement.repeat(length)).charCodeAt(
        index - start
      )
    } else {
      item = item.right
      start += length
    }
  }
  return 0
}

function nearestMarker(text: Y.Text, index: number): { item: Y.Item | null; start: number } {
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
