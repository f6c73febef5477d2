import { EditedText } from "../../text/edited-text.ts"
import type { ExtendedOperation } from "../json-patch.ts"
import { arrayIndex } from "../pointer/array-index.ts"
import { hasSource, isInside } from "./check-operation.ts"

// Few, as each operation that is no splice is held against all of them; an editor's patches have one or two.
const MOST = 8

/** Texts that splices have edited and that are still to be written back to the document, by their paths. */
export class OpenTexts {
  readonly #texts = new Map<string, EditedText>()

  /** How many there are: mostly none, which is worth asking before anything else. */
  get size(): number {
    return this.#texts.size
  }

  get(path: string): EditedText | undefined {
    return this.#texts.get(path)
  }

  open(path: string, text: string): EditedText {
    const edited = new EditedText(text)
    this.#texts.set(path, edited)
    return edited
  }

  /** The texts to be written back before a text at another path is opened. */
  inExcess(): [string, EditedText][] {
    return this.#take((_, open) => open >= MOST)
  }

  /** The texts to be written back before an operation: those it is about, and those whose path it may change. */
  before(operation: ExtendedOperation): [string, EditedText][] {
    const { op, path } = operation
    const shifts = op !== "test" && op !== "replace"
    return this.#take(
      text =>
        concerns(path, shifts, text) ||
        (hasSource(operation) && concerns(operation.from, op === "move", text))
    )
  }

  /** All of them. */
  all(): [string, EditedText][] {
    return this.#take(() => true)
  }

  /** Forgets those texts that are given, earliest first. */
  #take(chosen: (path: string, open: number) => boolean): [string, EditedText][] {
    const taken: [string, EditedText][] = []
    for (const [path, text] of this.#texts) {
      if (!chosen(path, this.#texts.size)) continue
      this.#texts.delete(path)
      taken.push([path, text])
    }
    return taken
  }
}

/** Whether the text is at or inside of the place of an operation, or in an element that it may shift. Nothing is inside of a text. */
function concerns(place: string, shifts: boolean, text: string): boolean {
  if (place === text || isInside(text, place)) return true
  const slash = place.lastIndexOf("/")
  return shifts && arrayIndex(place.slice(slash + 1)) !== -1 && isInside(text, place.slice(0, slash))
}
