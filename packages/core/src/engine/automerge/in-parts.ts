import { type ChangePlaces, countOperations, deletes, placesOf } from "./change-places.ts"
import { maxOperations } from "./chunk-columns.ts"

/**
 * Cuts changes that are to be integrated, without changing their order, so that no part has a deletion and somebody else's write at one place.
 *
 * Automerge 3.5 compares a document before and after a call. Where the value that shows is deleted, and in the same call another one comes
 * that does not show either, it misses that a third one shows now: it gives no patch, and its JavaScript objects stay as they were.
 *
 * What cannot be read, and all that comes after so many operations as one change may have, is a part each: Automerge takes numbers in longer
 * forms, and whether it takes a change must not depend on those it comes with; runs of a million operations take few bytes.
 */
export function inParts(updates: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  if (updates.length < 2 || !updates.some(mayDelete)) return [updates]
  const parts: Uint8Array[][] = []
  let part = new Part()
  let left = maxOperations
  for (const update of updates) {
    const places = readable(() => placesWithin(left, update))
    if (places === undefined) {
      if (part.updates.length > 0) parts.push(part.updates)
      parts.push([update])
      part = new Part()
      continue
    }
    left -= places.operations
    if (!part.takes(places)) {
      parts.push(part.updates)
      part = new Part()
    }
    part.add(update, places)
  }
  if (part.updates.length > 0) parts.push(part.updates)
  return parts
}

function mayDelete(update: Uint8Array): boolean {
  return readable(() => deletes(update)) ?? true
}

/** Without counting more of them than that. */
function placesWithin(operations: number, update: Uint8Array): ChangePlaces | undefined {
  return countOperations(update) > operations ? undefined : placesOf(update)
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** In place of an actor, whose names are hex digits. */
const several = "several"

class Part {
  readonly updates: Uint8Array[] = []
  readonly #emptied = new Map<string, string>()
  readonly #filled = new Map<string, string>()

  takes({ actor, emptied, filled }: ChangePlaces): boolean {
    const isFree = (places: ReadonlySet<string>, done: ReadonlyMap<string, string>): boolean => {
      for (const place of places) if ((done.get(place) ?? actor) !== actor) return false
      return true
    }
    return isFree(emptied, this.#filled) && isFree(filled, this.#emptied)
  }

  add(update: Uint8Array, { actor, emptied, filled }: ChangePlaces): void {
    this.updates.push(update)
    note(emptied, this.#emptied, actor)
    note(filled, this.#filled, actor)
  }
}

function note(places: ReadonlySet<string>, done: Map<string, string>, actor: string): void {
  for (const place of places) done.set(place, (done.get(place) ?? actor) === actor ? actor : several)
}
