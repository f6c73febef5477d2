import { isDeepStrictEqual } from "node:util"
import type { Conflict } from "@syncline/core"
import type { Fleet, Seat } from "./fleet.ts"
import { isAutomatic } from "./policies.ts"
import type { Place } from "./setting.ts"

/** How many records there were: by kind, `compared` with those of another replica, `settled` by policies. */
export type RecordCounts = Record<string, number>

/**
 * Compares the records of one document on all replicas that hold every commit of it one by one: no fold and no snapshot has
 * taken the place of any. On these, nothing is left open that a policy settles.
 */
export async function compareRecords(
  fleet: Fleet,
  place: Place,
  counts: RecordCounts,
  fail: (what: string) => never
): Promise<void> {
  let first: readonly Conflict[] | undefined
  for (const seat of fleet.seats) {
    if (await isFolded(seat, place)) continue
    const records = await recordsOf(seat, place)
    const { deleted } = await seat.replica.load(place.notes, place.key)
    // In a deleted document policies wait.
    const open = deleted ? undefined : records.find(record => record.state === "open" && isAutomatic(record))
    if (open !== undefined) fail(`${seat.name} has an open record: ${JSON.stringify(open)}`)
    if (first === undefined) tally(records, counts)
    else if (isDeepStrictEqual(first.map(placeless), records.map(placeless)))
      counts["compared"] = (counts["compared"] ?? 0) + records.length
    else fail(`records of ${place.key} differ: ${JSON.stringify(first)} and ${JSON.stringify(records)}`)
    first ??= records
  }
}

/** Whether some replica does not hold every commit of these documents by itself. */
export async function isFoldedSomewhere(fleet: Fleet, places: readonly Place[]): Promise<boolean> {
  for (const place of places) for (const seat of fleet.seats) if (await isFolded(seat, place)) return true
  return false
}

async function isFolded({ replica }: Seat, { notes, key }: Place): Promise<boolean> {
  const document = await replica.load(notes, key)
  const { base } = await document.history({ limit: 1 })
  return base.entries.length > 0
}

async function recordsOf({ replica }: Seat, { notes, key }: Place): Promise<readonly Conflict[]> {
  const records: Conflict[] = []
  for await (const record of replica.conflicts.list({ document: `${notes.name}/${key}` }))
    records.push(record)
  return records
}

/** Where a record says it is, is as of when that replica last wrote it. */
function placeless(record: Conflict): unknown {
  return { ...record, path: undefined }
}

function tally(records: readonly Conflict[], counts: RecordCounts): void {
  const add = (what: string): number => (counts[what] = (counts[what] ?? 0) + 1)
  for (const { kind, rule, state } of records) {
    add(kind)
    if (state === "resolved" && rule !== "engine") add("settled")
  }
}
