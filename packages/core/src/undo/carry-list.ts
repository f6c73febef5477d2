import { diffList } from "@syncline/diff"
import type { JsonValue } from "../document/json.ts"

/** What became of the elements of a list: where each is now, and what is new before each (and after the last). */
interface ListFates {
  /** By old index: the new one; absent where it is gone. */
  readonly places: Map<number, number>
  /** By old index, the new ones of what was put before it. */
  readonly added: Map<number, number[]>
}

/** Where a result has an element from: its index in either list, or in both where one has to be made of two. */
export interface CarriedItem {
  readonly base: number | undefined
  readonly ours: number | undefined
  readonly theirs: number | undefined
}

/**
 * What two edits of one list amount to: what they took out is out; what we took out is, unless they edited it; what either
 * put in is in, ours after theirs where both did at one place.
 */
export function carryList(
  base: readonly JsonValue[],
  ours: readonly JsonValue[],
  theirs: readonly JsonValue[],
  isSame: (a: JsonValue | undefined, b: JsonValue | undefined) => boolean
): readonly CarriedItem[] {
  const [mine, other] = [fatesOf(base, ours), fatesOf(base, theirs)]
  const items: CarriedItem[] = []
  for (let at = 0; at <= base.length; at++) {
    for (const index of other.added.get(at) ?? [])
      items.push({ base: undefined, ours: undefined, theirs: index })
    for (const index of mine.added.get(at) ?? [])
      items.push({ base: undefined, ours: index, theirs: undefined })
    const [here, there] = [mine.places.get(at), other.places.get(at)]
    if (here !== undefined && there !== undefined) items.push({ base: at, ours: here, theirs: there })
    else if (there !== undefined && !isSame(base[at], theirs[there]))
      items.push({ base: undefined, ours: undefined, theirs: there })
  }
  return items
}

function fatesOf(base: readonly JsonValue[], other: readonly JsonValue[]): ListFates {
  const fates: ListFates = { places: new Map(), added: new Map() }
  let deleted = 0
  for (const run of diffList(base, other)) {
    if (run.kind === "copy")
      for (let i = 0; i < run.count; i++) fates.places.set(run.before + i, run.after + i)
    if (run.kind === "insert")
      replaceRun(fates, base, other, { ...run, before: run.before - deleted, deleted })
    deleted = run.kind === "delete" ? run.count : 0
  }
  return fates
}

/** Where elements stand in the place of others: which of them are new states of those. */
function replaceRun(
  { places, added }: ListFates,
  base: readonly JsonValue[],
  other: readonly JsonValue[],
  run: { readonly before: number; readonly deleted: number; readonly after: number; readonly count: number }
): void {
  let at = run.before
  for (let i = 0; i < run.count; i++) {
    const index = run.after + i
    const id = idOf(other[index])
    // As many as before: the list was probably mapped. Otherwise only an `id` can tell.
    const former = run.count === run.deleted ? run.before + i : findId(base, id, at, run.before + run.deleted)
    if (former !== undefined && idOf(base[former]) === id) {
      places.set(former, index)
      at = former + 1
    } else added.set(at, [...(added.get(at) ?? []), index])
  }
}

function findId(
  base: readonly JsonValue[],
  id: JsonValue | undefined,
  start: number,
  end: number
): number | undefined {
  if (id === undefined) return undefined
  for (let at = start; at < end; at++) if (idOf(base[at]) === id) return at
  return undefined
}

function idOf(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "id")) return undefined
  return (value as { readonly id: JsonValue }).id
}
