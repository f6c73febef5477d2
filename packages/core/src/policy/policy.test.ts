import type { ActorId, HlcStamp } from "@syncline/clock"
import { expect, test } from "vitest"
import type { ConflictSide } from "../conflict/conflict.ts"
import type { ConflictPolicy, ConflictRule, Dispute } from "../conflict/policy.ts"
import { collection } from "../document/collection.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonValue } from "../document/json.ts"
import { custom } from "./custom.ts"
import { manual } from "./manual.ts"
import { mergeMax, mergeMin, mergeText, mergeUnion } from "./merge.ts"
import { firstWriterWins, lastWriterWins } from "./writer-wins.ts"

function side(actor: string, stamp: number, value?: JsonValue): ConflictSide {
  return {
    dot: { actor: actor.repeat(16) as ActorId, seq: 1 },
    stamp: stamp as HlcStamp,
    action: value === undefined ? "remove" : "set",
    ...(value === undefined ? {} : { value })
  }
}

function dispute(sides: readonly ConflictSide[], ancestor?: JsonValue): Dispute<"write-write"> {
  const document = "notes/1" as DocumentId
  const common = { id: "1", document, place: "p", state: "open", rule: "engine" } as const
  return {
    conflict: { ...common, kind: "write-write", sides },
    path: ["x"],
    sides,
    value: undefined,
    ancestor: () => Promise.resolve(ancestor),
    trusts: stamp => stamp < 1_000,
    signal: new AbortController().signal
  }
}

const decide = async (
  policy: Pick<ConflictPolicy<"write-write">, "decide">,
  sides: readonly ConflictSide[],
  ancestor?: JsonValue
) => policy.decide?.(dispute(sides, ancestor))
const winner = (actor: string) => ({ winner: { actor: actor.repeat(16), seq: 1 } })

test("[PO3] the last writer is the latest by stamp, then by actor", async () => {
  expect(await decide(lastWriterWins(), [side("b", 1, "x"), side("a", 2, "y")])).toEqual(winner("a"))
  expect(await decide(lastWriterWins(), [side("b", 2, "x"), side("a", 2, "y")])).toEqual(winner("b"))
  expect(await decide(lastWriterWins(), [side("a", 1, "x"), side("b", 3)])).toEqual(winner("b"))
})

test("[PO3] the first writer is the earliest by stamp, then by actor", async () => {
  expect(await decide(firstWriterWins(), [side("b", 1, "x"), side("a", 2, "y")])).toEqual(winner("b"))
  expect(await decide(firstWriterWins(), [side("b", 2, "x"), side("a", 2, "y")])).toEqual(winner("a"))
})

test("[PO3] a stamp from too far in the future does not win, unless there are no others", async () => {
  expect(await decide(lastWriterWins(), [side("a", 5_000, "x"), side("b", 2, "y")])).toEqual(winner("b"))
  expect(await decide(lastWriterWins(), [side("a", 5_000, "x"), side("b", 5_001, "y")])).toEqual(winner("b"))
})

test("[PO4] numbers: the greatest, the least; removals have no say", async () => {
  const sides = [side("a", 1, 3), side("b", 2, 7), side("c", 3)]
  expect(await decide(mergeMax(), sides)).toEqual({ value: 7 })
  expect(await decide(mergeMin(), sides)).toEqual({ value: 3 })
})

test("[PO4] lists of scalars: all elements, each once", async () => {
  const sides = [side("a", 1, ["x", 1]), side("b", 2, [1, "y", null])]
  expect(await decide(mergeUnion(), sides)).toEqual({ value: ["x", 1, "y", null] })
})

test("[PO4] what a merge is not for stays open", async () => {
  expect(await decide(mergeMax(), [side("a", 1, 3), side("b", 2, "7")])).toBe("leave-open")
  expect(await decide(mergeUnion(), [side("a", 1, [1]), side("b", 2, [{}])])).toBe("leave-open")
  expect(await decide(mergeText(), [side("a", 1, "x"), side("b", 2, 7)])).toBe("leave-open")
})

test("[PO4] where all that is left is removals, nothing is what a merge decides", async () => {
  for (const policy of [mergeMax(), mergeMin(), mergeUnion(), mergeText()])
    expect(await decide(policy, [side("a", 1)])).toEqual({ value: undefined })
})

test("[PO5] texts: the changes of all sides to what was there before", async () => {
  const sides = [side("a", 1, "HELLO world"), side("b", 2, "hello world!"), side("c", 3, "hello big world")]
  expect(await decide(mergeText(), sides, "hello world")).toEqual({ value: "HELLO big world!" })
})

test("[PO5] without what was there before, the last writer wins", async () => {
  expect(await decide(mergeText(), [side("a", 1, "x"), side("b", 2, "y")])).toEqual(winner("b"))
  expect(await decide(mergeText(), [side("a", 1, "x"), side("b", 2, "y")], 5)).toEqual(winner("b"))
})

const kindless = { ...manual(), kinds: ["sideways"] } as unknown as ConflictPolicy
test.each<readonly [string, unknown]>([
  ["no list", { path: "x", policy: manual() }],
  ["no policy", [{ path: "x" }]],
  ["a policy that was not made", [{ path: "x", policy: manual }]],
  ["a kind the policy does not settle", [{ path: "x", kinds: ["delete-edit"], policy: mergeMax() }]],
  ["a kind there is not", [{ path: "x", policy: kindless }]],
  ["a reserved name", [{ path: "x", policy: custom(() => "leave-open", "engine") }]],
  ["a long name", [{ path: "x", policy: custom(() => "leave-open", "x".repeat(65)) }]],
  ["a path that is none", [{ path: "x//y", policy: manual() }]]
])("[PO2] refused where it is declared: %s", (_, conflicts) => {
  expect(() => collection("notes", { conflicts: conflicts as ConflictRule[] })).toThrow(
    expect.objectContaining({ code: "options-invalid" })
  )
})

test("[PO2] what a policy settles is typed", () => {
  const rules: readonly ConflictRule[] = [
    { path: "a", kinds: ["write-write"], policy: mergeMax() },
    { path: "b", kinds: ["delete-edit"], policy: lastWriterWins() },
    { path: "c", kinds: ["overlapping-edit"], policy: manual() },
    // @ts-expect-error a maximum is not for deletions
    { path: "d", kinds: ["delete-edit"], policy: mergeMax() },
    // @ts-expect-error words replaced twice have no last writer
    { path: "e", kinds: ["overlapping-edit"], policy: lastWriterWins() }
  ]
  expect(rules).toHaveLength(5)
})
