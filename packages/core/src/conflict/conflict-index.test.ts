import { describe, expect, test } from "vitest"
import type { Content, Operation } from "../document/operation.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import type { Engine } from "../engine/engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { ConflictFleet } from "../testing/core-conflict-fleet.ts"
import { insertAt, setTo, spliceAt } from "../testing/engine-case.ts"
import type { Conflict } from "./conflict.ts"

await yjs().readyFootprints?.()

/** Runs common edits, then each side's on its own, delivers everything, and gives the records, equal on both. */
function conflictsOf(
  engine: Engine,
  common: readonly Operation[],
  ...sides: readonly (readonly Operation[])[]
): readonly Conflict[] {
  const fleet = new ConflictFleet(engine, sides.length)
  const first = fleet.edit(fleet.member(0), common)
  for (const member of fleet.members.slice(1)) if (first !== undefined) fleet.deliver(member, first)
  for (const [at, operations] of sides.entries())
    for (const operation of operations) fleet.edit(fleet.member(at), [operation], `author ${at}`)
  for (const member of fleet.members)
    for (let next = fleet.possible(member); next[0] !== undefined; next = fleet.possible(member))
      fleet.deliver(member, next[0])
  const [records, ...others] = fleet.members.map(member => [...member.records.values()])
  for (const other of others) expect(other).toEqual(records)
  return records ?? []
}

const brief = (records: readonly Conflict[]) =>
  records.map(({ kind, path, sides }) => ({
    kind,
    path,
    sides: sides.map(({ action, value }) => (value === undefined ? action : [action, value]))
  }))

const remove = (...path: (string | number)[]): Operation => ({ op: "remove", path })
const take = (path: string, index: number, count: number): Operation => ({
  op: "delete",
  path: [path],
  index,
  count
})
const put = (path: string, entries: Record<string, number>): Operation => ({
  op: "set",
  path: [path],
  content: {
    kind: "map",
    entries: new Map(Object.entries(entries).map(([key, value]) => [key, { kind: "register", value }]))
  }
})
const hello = spliceAt(["body"], 0, 0, "hello world")

await automerge().ready?.()

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("%s", (_, engine) => {
  test("[CF1] a key set to different values", () => {
    const records = conflictsOf(engine(), [setTo(["x"], 0)], [setTo(["x"], 1)], [setTo(["x"], 2)])
    expect(brief(records)).toEqual([
      {
        kind: "write-write",
        path: ["x"],
        sides: [
          ["set", 1],
          ["set", 2]
        ]
      }
    ])
    expect(records[0]?.sides.map(({ author }) => author)).toEqual(["author 0", "author 1"])
  })

  test("[CF1] a key set on one side and removed on the other", () => {
    const records = conflictsOf(engine(), [setTo(["x"], 0)], [setTo(["x"], 1)], [remove("x")])
    expect(brief(records)).toEqual([{ kind: "write-write", path: ["x"], sides: [["set", 1], "remove"] }])
    expect(records[0]?.winner).toEqual(records[0]?.sides[0]?.dot)
  })

  test("[CF2] none where the last words are equal", () => {
    expect(conflictsOf(engine(), [], [setTo(["x"], 1), setTo(["x"], 2)], [setTo(["x"], 2)])).toEqual([])
    expect(conflictsOf(engine(), [setTo(["x"], 1)], [remove("x")], [remove("x")])).toEqual([])
    expect(conflictsOf(engine(), [], [put("m", { a: 1, b: 2 })], [put("m", { b: 2, a: 1 })])).toEqual([])
  })

  test("[CF3] a map removed on one side and edited inside on the other", () => {
    const common = [put("m", { a: 1 })]
    const records = conflictsOf(engine(), common, [setTo(["m", "a"], 2)], [remove("m")])
    expect(brief(records)).toEqual([{ kind: "delete-edit", path: ["m"], sides: [["edit", 2], "remove"] }])
    expect(records[0]?.winner).toEqual(records[0]?.sides[1]?.dot)
  })

  test("[CF3] a list element deleted on one side and edited inside on the other", () => {
    const item: Operation = {
      op: "insert",
      path: ["tags"],
      index: 0,
      items: [{ kind: "map", entries: new Map([["done", { kind: "register", value: false }]]) }]
    }
    const records = conflictsOf(engine(), [item], [setTo(["tags", 0, "done"], true)], [take("tags", 0, 1)])
    expect(brief(records)).toEqual([
      { kind: "delete-edit", path: ["tags", 0], sides: [["edit", true], "delete"] }
    ])
  })

  test("[CF3] a text at any depth of what is replaced", () => {
    const entries = new Map<string, Content>([["t", { kind: "text", text: "abc" }]])
    const common: Operation[] = [{ op: "set", path: ["m"], content: { kind: "map", entries } }]
    const records = conflictsOf(engine(), common, [spliceAt(["m", "t"], 1, 1, "X")], [setTo(["m"], 1)])
    expect(brief(records)).toEqual([
      {
        kind: "delete-edit",
        path: ["m"],
        sides: [
          ["edit", "X"],
          ["set", 1]
        ]
      }
    ])
  })

  test("[CF4] two who replace the same words, one who deletes what another replaces", () => {
    const records = conflictsOf(
      engine(),
      [hello],
      [spliceAt(["body"], 0, 5, "HELLO")],
      [spliceAt(["body"], 0, 5, "Howdy")]
    )
    expect(brief(records)).toEqual([
      {
        kind: "overlapping-edit",
        path: ["body"],
        sides: [
          ["replace", "HELLO"],
          ["replace", "Howdy"]
        ]
      }
    ])
    expect(records[0]?.winner).toBeUndefined()
    expect(
      brief(conflictsOf(engine(), [hello], [spliceAt(["body"], 0, 5, "HI")], [spliceAt(["body"], 2, 4, "")]))
    ).toEqual([{ kind: "overlapping-edit", path: ["body"], sides: [["replace", "HI"], "delete"] }])
  })

  test("[CF4] an insertion into what the other side deleted", () => {
    const records = conflictsOf(
      engine(),
      [hello],
      [spliceAt(["body"], 2, 0, "!")],
      [spliceAt(["body"], 0, 5, "")]
    )
    expect(brief(records)).toEqual([
      { kind: "overlapping-edit", path: ["body"], sides: [["insert", "!"], "delete"] }
    ])
    const list = conflictsOf(
      engine(),
      [insertAt(["tags"], 0, 1, 2, 3)],
      [insertAt(["tags"], 1, 9)],
      [take("tags", 0, 3)]
    )
    expect(brief(list)).toEqual([
      { kind: "overlapping-edit", path: ["tags"], sides: [["insert", [9]], "delete"] }
    ])
  })

  test("[CF5] two who type in one text, delete the same words, or work beside each other are none", () => {
    const typing = (...edits: readonly Operation[][]) => conflictsOf(engine(), [hello], ...edits)
    expect(typing([spliceAt(["body"], 3, 0, "a")], [spliceAt(["body"], 3, 0, "b")])).toEqual([])
    expect(typing([spliceAt(["body"], 0, 5, "")], [spliceAt(["body"], 2, 6, "")])).toEqual([])
    expect(typing([spliceAt(["body"], 0, 5, "")], [spliceAt(["body"], 5, 0, "b")])).toEqual([])
    expect(typing([spliceAt(["body"], 0, 5, "X")], [spliceAt(["body"], 6, 5, "Y")])).toEqual([])
    expect(typing([setTo(["x"], 1)], [setTo(["y"], 2)])).toEqual([])
  })

  test("[CF6] one episode is one record, with the last word of each side", () => {
    const [a, b] = [
      [1, 2, 3],
      [4, 5]
    ].map(values => values.map(value => setTo(["x"], value)))
    expect(brief(conflictsOf(engine(), [], a ?? [], b ?? []))).toEqual([
      {
        kind: "write-write",
        path: ["x"],
        sides: [
          ["set", 3],
          ["set", 5]
        ]
      }
    ])
    const three = conflictsOf(engine(), [], [setTo(["x"], 1)], [setTo(["x"], 2)], [setTo(["x"], 1)])
    expect(three.map(({ sides }) => sides.length)).toEqual([3])
  })

  test("[CF7] who wrote one after the other is in no conflict, and nothing is read", () => {
    const fleet = new ConflictFleet(engine(), 2)
    for (let i = 0; i < 20; i++) {
      const commit = fleet.edit(fleet.member(i), [setTo(["x"], i)])
      if (commit !== undefined) fleet.deliver(fleet.member(i + 1), commit)
    }
    for (const { records, index } of fleet.members) expect([records.size, index.readCount]).toEqual([0, 0])
  })

  test("[CF8] the document deleted on one side and changed on the other", () => {
    const fleet = new ConflictFleet(engine(), 2)
    const [a, b] = [fleet.member(0), fleet.member(1)]
    const edit = fleet.edit(a, [setTo(["x"], 1)])
    const deletion = fleet.bare(b, "delete")
    fleet.deliver(a, deletion)
    if (edit !== undefined) fleet.deliver(b, edit)
    expect([...a.records.values()]).toEqual([...b.records.values()])
    expect(brief([...a.records.values()])).toEqual([
      { kind: "delete-edit", path: [], sides: ["edit", "delete"] }
    ])
    expect([...a.records.values()][0]?.winner).toEqual(edit?.dot)
  })
})
