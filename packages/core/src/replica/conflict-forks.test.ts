import { describe, expect, test } from "vitest"
import type { Conflict } from "../conflict/conflict.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import type { Engine } from "../engine/engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import type { MemoryStore } from "../store/memory-store.ts"
import { Desk } from "../testing/core-desk.ts"
import { openCore, settle } from "../testing/core-fixture.ts"

await automerge().ready?.()

/** Who shares a name settles a record, or does something else under the same dot; one of these stays. */
async function forkedResolution(engine: Engine, other: number): Promise<Desk> {
  const desk = new Desk()
  const [a, b] = [await desk.open([], { engine }), await desk.open([], { engine })]
  await desk.change(a, draft => void (draft["x"] = "a"))
  await desk.change(b, draft => void (draft["x"] = "b"))
  await desk.exchange()
  const twin = await openCore({ store: (a.store as MemoryStore).clone(), engine, conflicts: [] })
  const [conflict] = await desk.records(a)
  if (conflict !== undefined) await (await desk.document(a)).resolve(conflict)
  await desk.exchange()
  desk.copies.push(twin)
  await desk.change(twin, draft => void (draft["other"] = other))
  for (const copy of desk.copies) await settle(copy)
  // A fork takes more than one round of exchanges: each side has to see the other's branch.
  for (let round = 0; round < 4; round++) await desk.exchange()
  return desk
}

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("%s", (_, makeEngine) => {
  test("[CF30] what a fork puts aside settles nothing any more, and what takes its place does, on all replicas", async () => {
    const seen = new Set<string>()
    for (let other = 0; other < 40 && seen.size < 2; other++) {
      const desk = await forkedResolution(makeEngine(), other)
      const all: (readonly Conflict[])[] = []
      for (const copy of desk.copies) all.push(await desk.records(copy))
      const [first] = desk.copies
      const isOut = first !== undefined && "other" in (await desk.document(first)).value
      const state = isOut ? "open" : "resolved"
      expect(all.map(records => records.map(record => record.state))).toEqual(all.map(() => [state]))
      seen.add(state)
    }
    expect([...seen].sort()).toEqual(["open", "resolved"])
  })
})
