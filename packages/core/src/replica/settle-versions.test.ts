import { describe, expect, test } from "vitest"
import type { ConflictRule, Dispute, PolicyDecision } from "../conflict/policy.ts"
import type { RuleOptions } from "../document/collection-rules.ts"
import type { SchemaResult, StandardSchema } from "../document/standard-schema.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { custom } from "../policy/custom.ts"
import { lastWriterWins } from "../policy/writer-wins.ts"
import { Desk, type Edit, twoApart } from "../testing/core-desk.ts"

await automerge().ready?.()

type Members = Record<string, unknown>

/** From 1 to 2, `name` becomes `title`; any other step only counts. */
const rules = (version: number): RuleOptions => ({
  version,
  upgrades: {
    2: (draft: Members) => {
      if (draft["name"] !== undefined) draft["title"] = draft["name"]
      delete draft["name"]
    }
  }
})

const joined = ({ sides }: Dispute): PolicyDecision => ({
  value: sides
    .map(({ value }) => String(value))
    .sort((a, b) => (a < b ? -1 : 1))
    .join("+")
})

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("%s", (_, makeEngine) => {
  const engine = makeEngine()

  /** Two of version 1 set a key, and one of version 2 hears of it. */
  async function heardOf(key: string, conflicts: readonly ConflictRule[]): Promise<Desk> {
    const desk = new Desk()
    for (const value of ["a", "b"]) {
      const copy = await desk.open([], { engine, rules: { version: 1 } })
      await desk.change(copy, draft => void (draft[key] = value))
    }
    await desk.open(conflicts, { engine, rules: rules(2) })
    await desk.exchange()
    await desk.pass()
    await desk.exchange()
    return desk
  }

  async function outcome(desk: Desk): Promise<unknown> {
    const all = await Promise.all(
      desk.copies.map(async copy => {
        const [record] = await desk.records(copy)
        return [(await desk.document(copy)).value, record?.state, record?.rule]
      })
    )
    expect(new Set(all.map(one => JSON.stringify(one))).size).toBe(1)
    return all[0]
  }

  test("[PO18] what an upgrade moves elsewhere is superseded: nothing is put where it was", async () => {
    const desk = await heardOf("name", [{ path: "**", policy: custom(joined) }])
    const title = expect.stringMatching(/^[ab]$/)
    expect(await outcome(desk)).toEqual([{ body: "", schemaVersion: 2, title }, "resolved", "superseded"])
  })

  test("[PO18] what an upgrade leaves is settled in the upgraded document", async () => {
    const desk = await heardOf("mood", [{ path: "**", policy: custom(joined) }])
    expect(await outcome(desk)).toEqual([{ body: "", mood: "a+b", schemaVersion: 2 }, "resolved", "custom"])
  })

  test("[PO18] an upgrade that fails keeps everything open, and nothing is written", async () => {
    const broken: RuleOptions = {
      version: 2,
      upgrades: {
        2: () => {
          throw new RangeError("not today")
        }
      }
    }
    const desk = new Desk()
    const conflicts = [{ path: "**", policy: lastWriterWins() }]
    for (const value of [1, 2])
      await desk.change(
        await desk.open([], { engine, rules: { version: 1 } }),
        draft => void (draft["x"] = value)
      )
    const copy = await desk.open(conflicts, { engine, rules: broken })
    await desk.exchange()
    await desk.pass()
    expect(await desk.height(copy)).toBe(2)
    expect((await desk.records(copy)).map(({ state }) => state)).toEqual(["open"])
  })

  test("[PO19] what a schema refuses stays open and is told; what else there is is settled", async () => {
    const validate = (value: unknown): SchemaResult =>
      String((value as Members)["a"]).length < 2 ? {} : { issues: [{ path: ["a"], message: "too long" }] }
    const schema: StandardSchema = { "~standard": { version: 1, vendor: "test", validate } }
    const conflicts = [{ path: "*", policy: custom(joined) }]
    const common: Edit = draft => void (draft["a"] = "0")
    const both =
      (value: string): Edit =>
      draft =>
        void Object.assign(draft, { a: value, b: value })
    const [desk, a] = await twoApart({ conflicts, engine, rules: { schema } }, common, both("x"), both("y"))
    const failed: unknown[] = []
    a.core.events.on(event => void (event.type === "conflict-policy-failed" && failed.push(event.error)))
    await desk.pass()
    await desk.exchange()
    expect(failed[0]).toMatchObject({ code: "value-invalid" })
    expect((await desk.document(a)).value["b"]).toBe("x+y")
    expect((await desk.records(a, { state: "open" })).map(({ path }) => path)).toEqual([["a"]])
  })

  test("[PO17] the key of the version is no policy's", async () => {
    const desk = new Desk()
    const conflicts = [{ path: "**", policy: lastWriterWins() }]
    const [a, b] = [
      await desk.open(conflicts, { engine, rules: rules(2) }),
      await desk.open(conflicts, { engine, rules: rules(3) })
    ]
    await desk.change(b, draft => void (draft["of"] = 3))
    await desk.change(a, draft => void (draft["of"] = 3))
    await desk.exchange()
    const height = await desk.height(a)
    await desk.pass()
    expect(await desk.height(a)).toBe(height)
    expect((await desk.records(a, { policy: "engine" })).map(({ path, rule }) => [path, rule])).toEqual([
      [["schemaVersion"], "engine"]
    ])
  })
})
