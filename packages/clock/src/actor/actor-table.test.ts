import { expect, test } from "vitest"
import { ACTORS } from "../testing/dot-model.ts"
import { codeOf } from "../testing/error-code.ts"
import { type ActorId, parseActorId } from "./actor-id.ts"
import { ActorTable } from "./actor-table.ts"

const [first, second, third] = ["0000000000000003", "0000000000000001", "0000000000000002"].map(
  parseActorId
) as [ActorId, ActorId, ActorId]

function tableOf(actors: Iterable<ActorId>, maxActors?: number): ActorTable {
  const table = new ActorTable(maxActors === undefined ? {} : { maxActors })
  for (const actor of actors) table.intern(actor)
  return table
}

test("[AT1] slots follow first sight and stay", () => {
  const table = tableOf([first, second])
  expect([table.intern(first), table.intern(third), table.intern(second)]).toEqual([0, 2, 1])
  expect([...table.actors()]).toEqual([first, second, third])
  expect(table.actorAt(2)).toBe(third)
  expect(codeOf(() => table.actorAt(3))).toBe("actor-unknown")
})

test("[AT1] a forged actor gets no slot", () => {
  const table = new ActorTable()
  expect(codeOf(() => table.intern("forged" as ActorId))).toBe("actor-invalid")
  expect(table.size).toBe(0)
})

test("[AT2] looking up does not intern", () => {
  const table = tableOf([first])
  expect([table.indexOf(second), table.size]).toEqual([-1, 1])
})

test("[AT3] a full table refuses the next actor and keeps the others", () => {
  const table = tableOf([first, second], 2)
  expect(codeOf(() => table.intern(third))).toBe("actor-table-full")
  expect([table.size, table.intern(second)]).toEqual([2, 1])
})

test("[AT4] additions keep two tables equal", () => {
  const table = tableOf(ACTORS)
  const copy = ActorTable.decode(table.encodeAdded())
  table.intern(third)
  copy.applyAdded(table.encodeAdded(copy.size))
  expect([...copy.actors()]).toEqual([...table.actors()])
  expect(copy.encodeAdded()).toEqual(table.encodeAdded())
  expect(table.encodeAdded(copy.size)).toEqual(Uint8Array.of(copy.size, 0))
})

test.each([
  ["from another size", tableOf([first, second, third]).encodeAdded(2), "actor-table-conflict"],
  ["an actor the table has", Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0, 3), "actor-table-conflict"],
  [
    "an actor twice",
    Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 9),
    "actor-table-conflict"
  ],
  ["a cut-off actor", Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 0, 0, 9, 0), "bytes-truncated"],
  ["something behind", Uint8Array.of(1, 0, 0), "bytes-trailing"],
  ["more than fits", Uint8Array.of(1, 9), "bytes-limit"]
])("[AT5] an addition with %s changes nothing", (_what, bytes, code) => {
  const table = tableOf([first], 4)
  expect(codeOf(() => table.applyAdded(bytes))).toBe(code)
  expect([...table.actors()]).toEqual([first])
})
