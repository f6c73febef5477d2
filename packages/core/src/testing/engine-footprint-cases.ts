import type { JsonValue } from "../document/json.ts"
import type { Content, Operation } from "../document/operation.ts"
import type { Engine, EngineChange, EngineDocument } from "../engine/engine.ts"
import type { ElementRange, Footprint, FootprintReader, KeyWrite } from "../engine/footprint.ts"
import { assertEqual, assertThat, ContractViolation } from "./contract-assert.ts"
import {
  count,
  type EngineCase,
  insertAt,
  mustChange,
  openDocument,
  receive,
  scalar,
  setTo,
  spliceAt
} from "./engine-case.ts"

/** What documents tell of what updates touched; nothing is asked of engines that do not. */
export const engineFootprintCases: readonly EngineCase[] = [
  footprintCase(
    "[FP1] a footprint names the keys written, with their values then, and nothing inside of them",
    check => {
      const change = check.make(putMap(["m"], { a: 1 }), setTo(["x"], "y"))
      const later = check.make(setTo(["m", "a"], 2), { op: "remove", path: ["x"] })
      const [first, second] = [check.read(change), check.read(later)]
      assertEqual(told(first.writes), { m: { a: 1 }, x: "y" }, "what was set")
      assertEqual(told(second.writes), { a: 2, x: "removed" }, "what was set inside, and removed")
      const [inside] = second.writes.filter(({ key }) => key === "a")
      const place = check.reader.placeOf(inside?.container ?? "", later.update)
      assertEqual(place, { container: "", key: "m" }, "where the map is")
      assertEqual([...first.edits, ...second.edits], [], "edits of lists and texts")
    }
  ),
  footprintCase(
    "[FP2] a footprint names the elements that went in and out, and what they were put between",
    check => {
      check.make(spliceAt(["body"], 0, 0, "abcdef"), insertAt(["tags"], 0, 1, 2, 3))
      const replaced = check.read(check.make(spliceAt(["body"], 1, 3, "X")))
      const [edit] = replaced.edits
      assertEqual(
        edit?.inserted.map(({ content, replaces }) => [content, replaces]),
        [["X", true]],
        "a replacement"
      )
      assertEqual(sizeOf(edit?.deleted ?? []), 3, "what it took out")
      const [added] = check.read(check.make(insertAt(["tags"], 1, 9))).edits
      assertEqual(
        added?.inserted.map(({ content, replaces }) => [content, replaces]),
        [[[9], false]],
        "an insertion"
      )
      const [words] = check.read(check.make(insertAt(["tags"], 4, "a", "b"))).edits
      assertEqual(
        words?.inserted.map(({ content }) => content),
        [["a", "b"]],
        "strings put into a list"
      )
      const around =
        check.read(check.make({ op: "delete", path: ["tags"], index: 0, count: 4 })).edits[0]?.deleted ?? []
      assertThat(
        has(around, added?.inserted[0]?.left ?? ""),
        "what is left of an insertion is told when it is deleted"
      )
    }
  ),
  footprintCase(
    "[FP3] what is deleted with its container is not told, nor what comes and goes in one change",
    check => {
      check.make(putMap(["m"], { a: 1, b: 2 }), insertAt(["tags"], 0, 1))
      const removal = check.read(check.make({ op: "remove", path: ["m"] }))
      assertEqual(told(removal.writes), { m: "removed" }, "the removal of a map")
      const replacement = check.read(check.make(putMap(["m"], { c: 3 }), setTo(["m", "d"], 4)))
      assertEqual(told(replacement.writes), { m: { c: 3, d: 4 } }, "a map in its place")
    }
  ),
  footprintCase("[FP4] a footprint is the same whatever came before or after the update", check => {
    check.make(putMap(["m"], { a: 1 }), spliceAt(["body"], 0, 0, "hello"))
    const other = check.copy()
    const changes = [
      check.make(setTo(["m", "a"], 2), spliceAt(["body"], 1, 2, "E")),
      mustChange(other.document, { op: "remove", path: ["m"] }, spliceAt(["body"], 0, 5, ""))
    ] as const
    const before = [check.read(changes[0]), other.reader.read(changes[1].update)]
    check.receive(changes[1])
    other.receive(changes[0])
    for (const { reader } of [check, other, check.copy()])
      assertEqual(
        changes.map(({ update }) => reader.read(update)),
        before,
        "footprints"
      )
    const [inside] = before[0]?.writes ?? []
    for (const { reader } of [check, other])
      assertEqual(
        reader.placeOf(inside?.container ?? "", changes[0].update)?.key,
        "m",
        "where the deleted map was"
      )
  }),
  footprintCase(
    "[FP5] of two concurrent writes of a key, its value is from the one that compares greater",
    check => {
      for (let round = 0; round < 20; round++) {
        const key = `k${round}`
        const other = check.copy()
        const ours = check.make(setTo([key], "ours"))
        const theirs = mustChange(other.document, setTo([key], "theirs"))
        check.receive(theirs)
        const [a, b] = [check.read(ours).writes[0], check.read(theirs).writes[0]]
        if (a === undefined || b === undefined) throw new ContractViolation("a write was not told")
        const order = check.reader.compare(a, b)
        assertEqual(check.document.value()[key], order > 0 ? "ours" : "theirs", `the value, as ${order} says`)
        assertEqual(Math.sign(check.reader.compare(b, a)), -Math.sign(order), "the other way round")
      }
    }
  ),
  footprintCase("[FP7] counting is told as work in the counter, not as a write", check => {
    const change = check.make(count(["meta", "deep", "hits"], 2), setTo(["x"], 1))
    for (const made of [change, check.make(count(["meta", "deep", "hits"], -1), setTo(["x"], 2))]) {
      const { writes, edits } = check.read(made)
      assertEqual(
        writes.map(({ key }) => key),
        ["x"],
        "keys written"
      )
      const [edit, ...more] = edits
      assertEqual([edit?.inserted, edit?.deleted, more], [[], [], []], "what went in or out")
      const container = edit?.container ?? ""
      assertEqual(check.reader.placeOf(container, made.update)?.key, "hits", "where the counter is")
      assertEqual(check.reader.pathOf({ container }, made.update), ["meta", "deep", "hits"], "its path")
    }
  }),
  footprintCase("[FP6] paths lead where things are, or were for the author of the update", check => {
    check.make(insertAt(["tags"], 0, "first"), putMap(["m"], { inner: { a: 1 } }))
    const change = check.make(setTo(["m", "inner", "a"], 2))
    const [write] = check.read(change).writes
    if (write === undefined) throw new ContractViolation("the write was not told")
    assertEqual(check.reader.pathOf(write, change.update), ["m", "inner", "a"], "path of a key")
    assertEqual(check.reader.pathOf(write), ["m", "inner", "a"], "path of a key now")
    check.make({ op: "remove", path: ["m"] })
    assertEqual(check.reader.pathOf(write, change.update), ["m", "inner", "a"], "path of what was removed")
    assertEqual(check.reader.pathOf(write), undefined, "path of what was removed, now")
    check.make(putMap(["m"], { inner: { a: 1 } }))
    assertEqual(check.reader.pathOf(write), undefined, "path now of what something else took the place of")
  })
]

/** A document with what it has been through. */
class Reading {
  readonly document: EngineDocument
  readonly reader: FootprintReader
  readonly #engine: Engine
  readonly #updates: Uint8Array[] = []
  readonly #changes: EngineChange[] = []

  constructor(engine: Engine, changes: readonly EngineChange[] = []) {
    this.#engine = engine
    this.document = openDocument(engine)
    const reader = this.document.footprints?.({ updates: this.#updates })
    if (reader === undefined)
      throw new ContractViolation("this document has no footprints, others of its engine do")
    this.reader = reader
    for (const change of changes) this.receive(change)
  }

  make(...operations: Operation[]): EngineChange {
    const change = mustChange(this.document, ...operations)
    this.#remember(change)
    return change
  }

  read({ update }: EngineChange): Footprint {
    return this.reader.read(update)
  }

  receive(change: EngineChange): void {
    receive(this.document, change)
    this.#remember(change)
  }

  copy(): Reading {
    return new Reading(this.#engine, this.#changes)
  }

  #remember(change: EngineChange): void {
    this.#changes.push(change)
    for (const container of change.containers) this.#updates.push(this.#engine.genesis(container))
    this.#updates.push(change.update)
  }
}

function footprintCase(title: string, check: (reading: Reading) => void): EngineCase {
  return {
    title,
    check: engine => {
      if (openDocument(engine).footprints !== undefined) check(new Reading(engine))
    }
  }
}

function putMap(path: string[], value: Readonly<Record<string, JsonValue>>): Operation {
  return { op: "set", path, content: contentOf(value) }
}

function contentOf(value: JsonValue): Content {
  if (typeof value !== "object" || value === null) return scalar(value)
  return {
    kind: "map",
    entries: new Map(Object.entries(value).map(([key, member]) => [key, contentOf(member)]))
  }
}

function told(writes: readonly KeyWrite[]): unknown {
  return Object.fromEntries(writes.map(({ key, value }) => [key, value ?? "removed"]))
}

function sizeOf(ranges: readonly ElementRange[]): number {
  return ranges.reduce((size, { from, to }) => size + to - from, 0)
}

function has(ranges: readonly ElementRange[], element: string): boolean {
  const [source, number] = element.split(":")
  return ranges.some(
    range => range.source === source && range.from <= Number(number) && Number(number) < range.to
  )
}
