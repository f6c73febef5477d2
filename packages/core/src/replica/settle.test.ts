import { describe, expect, test } from "vitest"
import type { ConflictRule, Dispute, PolicyDecision } from "../conflict/policy.ts"
import { replace } from "../document/draft/marker.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { custom } from "../policy/custom.ts"
import { manual } from "../policy/manual.ts"
import { mergeMax, mergeText, mergeUnion } from "../policy/merge.ts"
import { firstWriterWins, lastWriterWins } from "../policy/writer-wins.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memoryWitness } from "../store/memory-witness.ts"
import { Desk, type Edit, type Note, noticing, threeApart, twoApart } from "../testing/core-desk.ts"
import { pull, settle } from "../testing/core-fixture.ts"
import type { ConflictFilter } from "./conflicts.ts"

await automerge().ready?.()

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("%s", (_, makeEngine) => {
  const engine = makeEngine()

  const apart = (conflicts: readonly ConflictRule[], common: Edit, ofA: Edit, ofB: Edit) =>
    twoApart({ conflicts, engine }, common, ofA, ofB)

  /** What shows and what is told in the end, the same on both. */
  async function outcome(
    conflicts: readonly ConflictRule[],
    common: Edit,
    ofA: Edit,
    ofB: Edit
  ): Promise<{ value: Note; records: readonly string[] }> {
    const [desk, a, b] = await apart(conflicts, common, ofA, ofB)
    await desk.pass()
    await desk.exchange()
    await desk.pass()
    await desk.exchange()
    const [ofOne, ofOther] = [await desk.records(a), await desk.records(b)]
    expect(ofOne).toEqual(ofOther)
    const { value } = await desk.document(a)
    expect((await desk.document(b)).value).toEqual(value)
    return { value, records: ofOne.map(({ kind, state, rule }) => `${kind} ${state} ${rule}`) }
  }

  const nothing: Edit = draft => void (draft["seed"] = 1)
  const set =
    (key: string, value: unknown): Edit =>
    draft =>
      void (draft[key] = value)
  const unset =
    (key: string): Edit =>
    draft =>
      void delete draft[key]
  const inside =
    (key: string, entry: string, value: unknown): Edit =>
    draft =>
      void ((draft[key] as Record<string, unknown>)[entry] = value)

  test.each([
    ["last", lastWriterWins(), "b"],
    ["first", firstWriterWins(), "a"]
  ] as const)(
    "[PO6] the %s writer's value shows, whatever the engine chose",
    async (name, policy, wanted) => {
      for (let i = 0; i < 4; i++) {
        const { value, records } = await outcome(
          [{ path: "x", policy }],
          nothing,
          set("x", "a"),
          set("x", "b")
        )
        expect(value["x"]).toBe(wanted)
        expect(records).toEqual([`write-write resolved ${name}-writer-wins`])
      }
    }
  )

  test("[PO6] the record's winner is who shows", async () => {
    const rules = [{ path: "x", policy: lastWriterWins() }]
    const [desk, a] = await apart(rules, nothing, set("x", "a"), set("x", "b"))
    await desk.pass()
    const [record] = await desk.records(a)
    expect(record?.winner).toEqual(record?.sides.find(({ value }) => value === "b")?.dot)
  })

  test("[PO6] a container that wins comes back as what it was", async () => {
    const rules = [{ path: "x", policy: lastWriterWins() }]
    const { value } = await outcome(rules, nothing, set("x", 1), set("x", { list: [1, { two: 2 }] }))
    expect(value["x"]).toEqual({ list: [1, { two: 2 }] })
  })

  test("[PO7] what was deleted and then edited comes back with what its editors had", async () => {
    const rules = [{ path: "box", policy: lastWriterWins() }]
    const made = await outcome(rules, set("box", { a: 1, b: 2 }), unset("box"), inside("box", "a", 5))
    expect(made.value["box"]).toEqual({ a: 5, b: 2 })
    expect(made.records).toEqual(["delete-edit resolved last-writer-wins"])
  })

  test("[PO7] what was edited and then deleted stays deleted", async () => {
    const rules = [{ path: "box", policy: lastWriterWins() }]
    const made = await outcome(rules, set("box", { a: 1 }), inside("box", "a", 5), unset("box"))
    expect(made.value["box"]).toBeUndefined()
    expect(made.records).toEqual(["delete-edit resolved last-writer-wins"])
  })

  test("[PO8] merges write what they made of the sides", async () => {
    const rules = [
      { path: "n", policy: mergeMax() },
      { path: "tags", policy: mergeUnion() },
      { path: "line", policy: mergeText() }
    ]
    const both =
      (n: number, tag: string, line: string): Edit =>
      draft =>
        void Object.assign(draft, { n, tags: [tag], line })
    const { value, records } = await outcome(
      rules,
      set("line", "hello world"),
      both(4, "x", "HELLO world"),
      both(3, "y", "hello world!")
    )
    expect(value).toMatchObject({ n: 4, tags: ["x", "y"], line: "HELLO world!" })
    expect(records.filter(record => record.includes("open"))).toEqual([])
  })

  test("[PO9] one function decides for each replica differently, and they come to rest", async () => {
    let calls = 0
    const rules = [{ path: "x", policy: custom(() => ({ value: `decided ${calls++}` })) }]
    const [desk, a, b] = await apart(rules, nothing, set("x", "a"), set("x", "b"))
    // Neither hears of the other's decision before it has made its own.
    await desk.pass()
    expect(calls).toBe(2)
    for (let i = 0; i < 3; i++) {
      await desk.exchange()
      await desk.pass()
    }
    expect(calls).toBe(2)
    expect(await desk.height(a)).toBe(5)
    const all = await desk.records(a)
    expect(all.map(({ state }) => state)).toEqual(["resolved"])
    expect(await desk.records(b)).toEqual(all)
  })

  test("[PO10] only one of them makes a commit, if the others hear of it in time", async () => {
    const rules = [{ path: "x", policy: lastWriterWins() }]
    const [desk, a, b] = await apart(rules, nothing, set("x", "a"), set("x", "b"))
    await desk.pass(1_000)
    await desk.exchange()
    await desk.pass()
    await desk.exchange()
    expect(await desk.height(a)).toBe(4)
    expect(await desk.height(b)).toBe(4)
  })

  test("[PO10] many records of a document are settled by one commit", async () => {
    const many =
      (value: string): Edit =>
      draft =>
        void Object.assign(
          draft,
          Object.fromEntries(Array.from({ length: 200 }, (__, i) => [`k${i}`, value]))
        )
    const [desk, a] = await apart([{ path: "*", policy: lastWriterWins() }], nothing, many("a"), many("b"))
    await desk.pass(1_000)
    await desk.exchange()
    expect(await desk.records(a, { state: "resolved" })).toHaveLength(200)
    expect(await desk.height(a)).toBe(4)
  })

  test("[PO11] what waits for a person is listed by its policy", async () => {
    const rules: readonly ConflictRule[] = [
      { path: "x", policy: manual() },
      { path: "y", policy: lastWriterWins() }
    ]
    const all =
      (value: string): Edit =>
      draft =>
        void Object.assign(draft, { x: value, y: value, z: value })
    const [desk, a] = await apart(rules, nothing, all("a"), all("b"))
    await desk.pass()
    const paths = async (filter: ConflictFilter) =>
      (await desk.records(a, filter)).map(({ path }) => path?.join("/"))
    expect(await paths({ state: "open", policy: "manual" })).toEqual(["x"])
    expect(await paths({ policy: "engine" })).toEqual(["z"])
    expect(await paths({ state: "open" })).toHaveLength(2)
  })

  test("[PO12] what somebody wrote who knew all sides stays", async () => {
    const decisions: PolicyDecision[] = ["leave-open"]
    const rules = [{ path: "x", policy: custom(() => decisions[0] ?? "leave-open") }]
    const store = memoryStore()
    const witness = memoryWitness()
    const desk = new Desk()
    const a = await desk.open(rules, { engine, store, witness })
    const b = await desk.open([], { engine })
    await desk.change(a, set("x", "a"))
    await desk.change(b, set("x", "b"))
    await desk.exchange()
    await desk.pass()
    await desk.change(a, set("x", "later"))
    await settle(a)
    decisions[0] = { value: "too late" }
    await a.core.close()
    const again = await new Desk().open(rules, { engine, store, witness, ports: { timers: desk.time } })
    await desk.time.advance(60_000)
    expect((await desk.document(again)).value["x"]).toBe("later")
    expect((await desk.records(again)).map(({ state, rule }) => [state, rule])).toEqual([
      ["resolved", "superseded"]
    ])
  })

  test("[PO12] what somebody writes while a function takes its time stays", async () => {
    const asked: unknown[] = []
    const gate: (() => void)[] = []
    const decide = async ({ value }: Dispute): Promise<PolicyDecision> => {
      asked.push(value)
      if (asked.length === 1) await new Promise<void>(resolve => gate.push(resolve))
      return { value: { decided: value ?? null } }
    }
    const rules = [{ path: "*", policy: custom(decide) }]
    for (const write of [set("x", "later"), inside("x", "k", "later")]) {
      asked.length = 0
      const desk = new Desk()
      const a = await desk.open(rules, { engine })
      const b = await desk.open([], { engine })
      await desk.change(a, set("x", { k: 1 }))
      await desk.exchange()
      await desk.change(a, set("x", replace({ k: 2 })))
      await desk.change(b, set("x", replace({ k: 3 })))
      await desk.exchange()
      await desk.pass()
      await desk.change(a, write)
      const before = (await desk.document(a)).value["x"]
      for (const open of gate.splice(0)) open()
      await desk.pass()
      expect((await desk.document(a)).value["x"]).toEqual(before)
      expect((await desk.records(a)).map(({ rule }) => rule)).toEqual(["superseded"])
    }
  })

  test("[PO12] a function is asked again about a text that somebody typed into while it took its time", async () => {
    const asked: unknown[] = []
    const gate: (() => void)[] = []
    const decide = async ({ value }: Dispute): Promise<PolicyDecision> => {
      asked.push(value)
      if (asked.length === 1) await new Promise<void>(resolve => gate.push(resolve))
      return { value: `${String(value)}!` }
    }
    const desk = new Desk()
    const a = await desk.open([{ path: "body", policy: custom(decide) }], { engine })
    const b = await desk.open([], { engine })
    await desk.change(a, set("body", "hello"))
    await desk.exchange()
    ;(await desk.document(a)).text("body").splice(0, 5, "HELLO")
    ;(await desk.document(b)).text("body").splice(0, 5, "Howdy")
    await desk.exchange()
    await desk.pass()
    ;(await desk.document(a)).text("body").insert(0, "typed ")
    for (const open of gate) open()
    await desk.pass()
    const { value } = await desk.document(a)
    expect(asked).toHaveLength(2)
    expect(value["body"]).toBe(`${String(asked[1])}!`)
    expect(value["body"]).toContain("typed ")
  })

  test("[PO13] a function that throws is told, leaves the record open, and is asked again after a restart", async () => {
    let isBroken = true
    const heard: unknown[] = []
    const decide = (): PolicyDecision => {
      if (isBroken) throw new RangeError("not now")
      return { value: "mended" }
    }
    const rules = [{ path: "x", policy: custom(decide, "house rule") }]
    const [store, witness, desk] = [memoryStore(), memoryWitness(), new Desk()]
    const a = await desk.open(rules, { engine, store, witness })
    const b = await desk.open([], { engine })
    a.core.events.on(event => {
      if (event.type === "conflict-policy-failed") heard.push(event.policy, event.error)
    })
    await desk.change(a, set("x", "a"))
    await desk.change(b, set("x", "b"))
    await desk.exchange()
    await desk.pass(3_600_000)
    expect(heard).toEqual(["house rule", expect.any(RangeError)])
    expect((await desk.records(a)).map(({ state }) => state)).toEqual(["open"])
    isBroken = false
    await a.core.close()
    const again = await new Desk().open(rules, { engine, store, witness, ports: { timers: desk.time } })
    await desk.time.advance(60_000)
    expect((await desk.records(again)).map(({ state, rule }) => [state, rule])).toEqual([
      ["resolved", "house rule"]
    ])
  })

  test("[PO14] a deleted document waits until it is there again", async () => {
    const rules = [{ path: "x", policy: custom(() => ({ value: "decided" })) }]
    const [desk, a, b] = await apart(rules, nothing, set("x", "a"), set("x", "b"))
    ;(await desk.document(a)).delete()
    ;(await desk.document(b)).delete()
    await desk.pass()
    expect((await desk.records(a)).filter(({ path }) => path?.[0] === "x").map(({ state }) => state)).toEqual(
      ["open"]
    )
    ;(await desk.document(a)).undelete()
    await desk.pass()
    expect((await desk.document(a)).value["x"]).toBe("decided")
  })

  test("[PO15] settling is nobody's work to be undone", async () => {
    const rules = [{ path: "x", policy: custom(() => ({ value: "decided" })) }]
    const [desk, a] = await apart(rules, nothing, set("x", "a"), set("x", "b"))
    const undo = (await desk.document(a)).undoManager()
    await desk.pass()
    expect((await desk.document(a)).value["x"]).toBe("decided")
    expect(undo.canUndo).toBe(false)
  })

  test("[PO16] a function sees the commits that disagreed, and not what resolved some of them", async () => {
    const { seen, decide } = noticing({ value: "all" })
    const [desk, a, b, c] = await threeApart(engine, [{ path: "x", policy: custom(decide) }])
    await pull(a, b)
    await desk.pass()
    await pull(a, c)
    await desk.pass()
    expect(seen).toEqual(["a b", "a b c"])
    await desk.exchange()
    expect((await desk.records(b)).map(({ state }) => state)).toEqual(["resolved"])
    expect((await desk.document(c)).value["x"]).toBe("all")
  })
})
