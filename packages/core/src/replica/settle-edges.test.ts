import { describe, expect, test } from "vitest"
import type { ConflictRule, Dispute, PolicyDecision } from "../conflict/policy.ts"
import { collection } from "../document/collection.ts"
import { map, register } from "../document/shape.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { coreError } from "../errors/core-error.ts"
import { custom } from "../policy/custom.ts"
import { manual } from "../policy/manual.ts"
import { mergeMax } from "../policy/merge.ts"
import { firstWriterWins, lastWriterWins } from "../policy/writer-wins.ts"
import { Desk, type Edit, noticing, threeApart, twoApart } from "../testing/core-desk.ts"
import { noteId, openCore, pull, settle } from "../testing/core-fixture.ts"
import { reload } from "./mend.ts"

await automerge().ready?.()

interface Task {
  name: string
  done: string
}

const nothing: Edit = draft => void (draft["seed"] = 1)
const set =
  (key: string, value: unknown): Edit =>
  draft =>
    void (draft[key] = value)
const tasks = (draft: Record<string, unknown>): Task[] => draft["tasks"] as Task[]

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("%s", (_, makeEngine) => {
  const engine = makeEngine()

  test("[PO6] what is in a list is settled where it is by then", async () => {
    const conflicts: readonly ConflictRule[] = [{ path: "tasks/*/done", policy: firstWriterWins() }]
    const two = ["x", "y"].map(name => ({ name, done: "no" }))
    const [desk, a, b] = await twoApart(
      { conflicts, engine },
      set("tasks", two),
      draft => Object.assign(tasks(draft)[1] ?? {}, { done: "first" }),
      draft => Object.assign(tasks(draft)[1] ?? {}, { done: "second" })
    )
    await desk.change(b, draft => void tasks(draft).unshift({ name: "w", done: "second" }))
    await desk.exchange()
    await desk.pass()
    await desk.exchange()
    const { value } = await desk.document(a)
    expect((value["tasks"] as unknown as Task[]).map(({ name, done }) => `${name} ${done}`)).toEqual([
      "w second",
      "x no",
      "y first"
    ])
  })

  test("[PO6] a register that was removed shows its default, which nobody wrote", async () => {
    const shape = map({ state: register({ default: "open" }) })
    const conflicts = [{ path: "state", policy: lastWriterWins() }]
    for (let i = 0; i < 6; i++) {
      const remove: Edit = draft => void delete draft["state"]
      const options = { conflicts, engine, shape }
      const [desk, a] = await twoApart(options, set("state", "begun"), remove, set("state", "done"))
      await desk.pass()
      expect((await desk.document(a)).value["state"]).toBe("done")
      expect((await desk.records(a)).map(({ rule }) => rule)).toEqual(["last-writer-wins"])
    }
  })

  test("[PO17] an element of a list, deleted and edited, is left to the engine", async () => {
    const conflicts: readonly ConflictRule[] = [{ path: "**", policy: lastWriterWins() }]
    const [desk, a] = await twoApart(
      { conflicts, engine },
      set("tasks", [{ name: "x", done: "no" }]),
      draft => void tasks(draft).pop(),
      draft => Object.assign(tasks(draft)[0] ?? {}, { done: "yes" })
    )
    await desk.pass()
    expect((await desk.records(a)).map(({ kind, state, rule }) => [kind, state, rule])).toEqual([
      ["delete-edit", "open", "engine"]
    ])
  })

  test("[PO17] a document deleted as a whole is left to the engine", async () => {
    const conflicts: readonly ConflictRule[] = [{ path: "**", policy: firstWriterWins() }]
    const [desk, a, b] = await twoApart({ conflicts, engine }, nothing, nothing, nothing)
    ;(await desk.document(a)).delete()
    await desk.change(b, set("x", "still here"))
    await desk.exchange()
    await desk.pass()
    expect((await desk.document(a)).deleted).toBe(false)
    expect((await desk.records(a)).map(({ path, state }) => [path, state])).toEqual([[[], "open"]])
  })

  test("[PO14] a blocked document waits until it is not", async () => {
    const conflicts = [{ path: "x", policy: custom(() => ({ value: "decided" })) }]
    const [desk, a] = await twoApart({ conflicts, engine }, nothing, set("x", "a"), set("x", "b"))
    const state = await a.load()
    // What would try it again.
    a.core.blocked.close()
    a.core.blocked.add(state, coreError("store-failed", "as if an append had failed"))
    await desk.time.advance(60_000)
    expect(state.document.value()["x"]).not.toBe("decided")
    a.core.unblock(state)
    await desk.time.advance(60_000)
    expect(state.document.value()["x"]).toBe("decided")
  })

  test("[PO13] what a function left open it is asked about when the document is loaded again", async () => {
    const answers: PolicyDecision[] = ["leave-open"]
    let asked = 0
    const decide = (): PolicyDecision => {
      asked++
      return answers[0] ?? "leave-open"
    }
    const conflicts = [{ path: "x", policy: custom(decide) }]
    const [desk, a] = await twoApart({ conflicts, engine }, nothing, set("x", "a"), set("x", "b"))
    await desk.pass(3_600_000)
    expect(asked).toBe(2)
    answers[0] = { value: "decided" }
    await reload(a.core, await a.load())
    await desk.pass()
    expect((await desk.document(a)).value["x"]).toBe("decided")
  })

  test("[PO20] what takes its time keeps nothing else of a document waiting, and is done when it is decided", async () => {
    const waiting: ((decision: PolicyDecision) => void)[] = []
    const asking = custom(() => new Promise<PolicyDecision>(resolve => waiting.push(resolve)))
    const conflicts: readonly ConflictRule[] = [
      { path: "slow/*", policy: asking },
      { path: "x", policy: firstWriterWins() }
    ]
    const both =
      (value: string): Edit =>
      draft => {
        draft["x"] = value
        Object.assign(draft["slow"] as object, { a: value, b: value, c: value })
      }
    const [desk, a] = await twoApart({ conflicts, engine }, set("slow", {}), both("1"), both("2"))
    await desk.pass(3_600_000)
    expect((await desk.records(a, { state: "open" })).map(({ path }) => path?.[0])).toEqual([
      "slow",
      "slow",
      "slow"
    ])
    expect((await desk.document(a)).value["x"]).toBe("1")
    const height = await desk.height(a)
    for (const decide of waiting) decide({ value: "decided" })
    await desk.pass()
    expect((await desk.document(a)).value["slow"]).toEqual({ a: "decided", b: "decided", c: "decided" })
    expect((await desk.height(a)) - height).toBe(1)
  })

  test("[PO4] a key that somebody who knew all sides removed, while a merge settled it, is gone", async () => {
    const desk = new Desk()
    const conflicts = [{ path: "most", policy: mergeMax() }]
    const [a, b] = [await desk.open(conflicts, { engine }), await desk.open(conflicts, { engine })]
    const c = await desk.open(conflicts, { engine })
    await desk.change(a, set("most", 3))
    await desk.change(b, set("most", 7))
    for (const from of [a, b]) await pull(c, from)
    await desk.change(c, draft => void delete draft["most"])
    await pull(a, b)
    await pull(b, a)
    await desk.pass(1_500)
    for (let round = 0; round < 2; round++) {
      await desk.exchange()
      await desk.pass()
    }
    for (const copy of desk.copies) {
      expect(await desk.records(copy, { state: "open" })).toEqual([])
      expect((await desk.document(copy)).value).not.toHaveProperty("most")
    }
  })

  test.each<readonly [string, unknown]>([
    ["a misspelt member", { valeu: 3 }],
    ["a number", 3],
    ["both", { winner: undefined, value: 3 }],
    ["no winner", { winner: undefined }]
  ])("[PO13] a decision that is none is told, and nothing is written: %s", async (__, decision) => {
    const conflicts = [{ path: "x", policy: custom(() => decision as PolicyDecision) }]
    const [desk, a] = await twoApart({ conflicts, engine }, nothing, set("x", "a"), set("x", "b"))
    const failed: unknown[] = []
    a.core.events.on(event => {
      if (event.type === "conflict-policy-failed") failed.push(event.error)
    })
    await desk.pass()
    expect(failed).toEqual([expect.objectContaining({ code: "options-invalid" })])
    expect(await desk.height(a)).toBe(3)
  })

  test("[CF15] what waits for a person stays, and what is settled goes", async () => {
    const conflicts: readonly ConflictRule[] = [
      { path: "kept", policy: manual() },
      { path: "*", policy: lastWriterWins() }
    ]
    const options = { conflicts, engine, retainConflicts: 2 }
    const [desk, a, b] = await twoApart(options, nothing, set("kept", 1), set("kept", 2))
    for (const key of ["p", "q", "r"]) {
      for (const [value, copy] of [a, b].entries()) await desk.change(copy, set(key, value))
      await desk.exchange()
      await desk.pass()
      await desk.exchange()
    }
    expect((await desk.records(a, { state: "open" })).map(({ path }) => path)).toEqual([["kept"]])
    expect(await desk.records(a)).toHaveLength(2)
  })

  test("[PO13] a decision for nobody's side is told, and nothing is written", async () => {
    const elsewhere = { actor: "0".repeat(16), seq: 1 } as Dispute["sides"][number]["dot"]
    const conflicts = [{ path: "x", policy: custom(() => ({ winner: elsewhere })) }]
    const [desk, a] = await twoApart({ conflicts, engine }, nothing, set("x", "a"), set("x", "b"))
    const failed: unknown[] = []
    a.core.events.on(event => {
      if (event.type === "conflict-policy-failed") failed.push(event.error)
    })
    await desk.pass()
    expect(failed).toEqual([expect.objectContaining({ code: "options-invalid" })])
    expect(await desk.height(a)).toBe(3)
  })

  test("[PO10] more records than are kept are settled, by few commits", { timeout: 120_000 }, async () => {
    const count = 2_500
    const all = (value: string): Edit => {
      const entries = Array.from({ length: count }, (__, i) => [`k${i}`, value] as const)
      return draft => void Object.assign(draft, Object.fromEntries(entries))
    }
    const conflicts = [{ path: "*", policy: lastWriterWins() }]
    const [desk, a, b] = await twoApart({ conflicts, engine }, nothing, all("a"), all("b"))
    await desk.pass(1_500)
    await desk.exchange()
    for (const copy of [a, b]) {
      const { value } = await desk.document(copy)
      expect(Object.values(value).filter(one => one === "b")).toHaveLength(count)
    }
    expect(await desk.height(a)).toBeLessThan(10)
  })

  test("[CF29] a policy makes the resolution show that names all others' commits", async () => {
    let asked = 0
    const decide = ({ sides }: Dispute): PolicyDecision => {
      asked++
      return { value: `of ${sides.length}` }
    }
    for (let i = 0; i < 6; i++) {
      asked = 0
      const desk = new Desk()
      const conflicts = [{ path: "x", policy: custom(decide) }]
      const [a, b] = [await desk.open(conflicts, { engine }), await desk.open(conflicts, { engine })]
      const c = await desk.open([], { engine })
      for (const [at, copy] of [a, b, c].entries()) await desk.change(copy, set("x", at))
      await pull(a, b)
      await pull(b, a)
      await pull(b, c)
      await desk.pass()
      expect([(await desk.document(a)).value["x"], (await desk.document(b)).value["x"]]).toEqual([
        "of 2",
        "of 3"
      ])
      for (let round = 0; round < 3; round++) {
        await desk.exchange()
        await desk.pass()
      }
      expect(asked).toBe(2)
      expect((await desk.document(c)).value["x"]).toBe("of 3")
      expect((await desk.records(c)).map(({ state }) => state)).toEqual(["resolved"])
    }
  })

  test("[PO4] who knew all numbers and removed them, while somebody settled them, is not left open", async () => {
    const desk = new Desk()
    const conflicts = [{ path: "x", policy: mergeMax() }]
    const [a, b] = [await desk.open(conflicts, { engine }), await desk.open(conflicts, { engine })]
    const c = await desk.open(conflicts, { engine })
    await desk.change(a, set("x", 1))
    await desk.change(b, set("x", 0))
    await pull(b, a)
    await pull(a, b)
    await pull(c, b)
    await desk.change(c, draft => void delete draft["x"])
    for (let round = 0; round < 3; round++) {
      await desk.pass()
      await desk.exchange()
    }
    expect(await desk.records(c, { state: "open" })).toEqual([])
    expect((await desk.document(a)).value).not.toHaveProperty("x")
  })

  test("[PO16] where originals are folded, what resolved them stands for them", async () => {
    const { seen, decide } = noticing({ value: "ab" })
    const [desk, a, b, c] = await threeApart(engine, [{ path: "x", policy: custom(decide) }])
    await pull(a, b)
    await desk.pass()
    await settle(a)
    await a.core.compactor.fold(noteId, 1)
    await pull(a, c)
    await desk.pass()
    expect(seen).toEqual(["a b", "ab c"])
  })
})

test("[PO2] a declaration with policies is refused by who was opened with one without", async () => {
  const { core } = await openCore()
  const declared = collection("notes", { conflicts: [{ path: "x", policy: lastWriterWins() }] })
  expect(() => core.assertDeclared(declared)).toThrow(expect.objectContaining({ code: "shape-invalid" }))
})
