import {
  collection,
  type Collection,
  counter,
  type CounterPath,
  type DocumentOf,
  type Draft,
  type Engine,
  type FieldsValue,
  type JsonObject,
  map,
  register
} from "@syncline/core"
import type { AutomergeNative } from "@syncline/core/automerge"
import { nativeRoot } from "@syncline/core/yjs"
import { expect, expectTypeOf, test } from "vitest"
import * as Y from "yjs"
import { both, openTwoOf } from "./engine-place.ts"

const fields = {
  state: register<"open" | "done">({ default: "open" }),
  rank: register({ default: 1 }),
  title: register<string>(),
  meta: map({ size: register<number | null>({ default: null }), hits: counter() })
}

function tasksIn(engine: Engine): Collection<FieldsValue<typeof fields>> {
  return collection("tasks", { fields, engine })
}

const pristine = { meta: { hits: 0, size: null }, rank: 1, state: "open" }

test.each(both)("[SH20] %s: defaults show while nothing is set, and no commit says so", async (_, engine) => {
  const { documents, sync } = await openTwoOf(tasksIn(engine()))
  const [here, there] = documents
  expect([here.value, here.exists, Object.keys(here.value)]).toEqual([
    pristine,
    false,
    ["meta", "rank", "state"]
  ])
  const same = here.change(draft => {
    expect([draft.state, draft.meta.size, draft.title]).toEqual(["open", null, undefined])
    draft.state = "open"
  })
  expect(same.dot).toBeUndefined()
  const { version } = here
  here.change(draft => void (draft.state = "done"))
  there.change(draft => void (draft.meta.size = 4))
  await sync()
  expect(there.value).toEqual({ ...pristine, state: "done", meta: { hits: 0, size: 4 } })
  expect((await here.at(version)).value).toEqual(pristine)
  expect(await here.diff(version, here.version)).toHaveLength(2)
})

test.each(both)("[SH21] %s: deleting the key brings the default back", async (_, engine) => {
  const [here] = (
    await openTwoOf(tasksIn(engine()), document =>
      document.change(draft => Object.assign(draft, { state: "done", title: "T" }))
    )
  ).documents
  const commit = here.change(draft => {
    const loose: { state?: string; title?: string } = draft
    delete loose.state
    delete loose.title
    expect([draft.state, "title" in draft]).toEqual(["open", false])
  })
  expect([commit.dot?.seq, here.value]).toEqual([2, pristine])
  const nothing = here.change(draft => void Reflect.deleteProperty(draft, "state"))
  expect(nothing.dot).toBeUndefined()
})

test.each(both)(
  "[SH22] %s: a register takes no container; one that came in natively shows",
  async (_, engine) => {
    const { documents, sync } = await openTwoOf(tasksIn(engine()))
    const [here, there] = documents
    for (const bad of [[], {}])
      expect(() => here.change(draft => void (draft.state = bad as never))).toThrow(
        expect.objectContaining({
          code: "path-invalid",
          message: expect.stringContaining("declares a register")
        })
      )
    expect(() => here.change(draft => void (draft.meta = { hits: 0, size: [] as never }))).toThrow(
      expect.objectContaining({ code: "path-invalid" })
    )
    expect(here.exists).toBe(false)
    const { native } = here
    if (native instanceof Y.Doc) nativeRoot(native).set("state", new Y.Array())
    else (native as AutomergeNative).change(root => void (root["state"] = []))
    await sync()
    expect(documents.map(({ value }) => value.state)).toEqual([[], []])
    there.change(draft => void (draft.state = "done"))
    await sync()
    expect(here.value.state).toBe("done")
  }
)

test("[SH23] a default that no document can hold is refused at declaration", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, "\ud83d", [], {}, 1n])
    expect(() => collection("x", { fields: { a: register({ default: bad as never }) } })).toThrow(
      expect.objectContaining({ code: "shape-invalid" })
    )
})

test("[SH24] types follow: a default is always there, and without one the key may be absent", () => {
  type Task = DocumentOf<ReturnType<typeof tasksIn>>
  expectTypeOf<Task["state"]>().toEqualTypeOf<"open" | "done">()
  expectTypeOf<Task["rank"]>().toEqualTypeOf<number>()
  expectTypeOf<Task["title"]>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Task["meta"]["size"]>().toEqualTypeOf<number | null>()
  expectTypeOf<Task["meta"]["hits"]>().toEqualTypeOf<number>()
  expectTypeOf<Draft<Task>["state"]>().toEqualTypeOf<"open" | "done">()
  expectTypeOf<["meta", "hits"]>().toExtend<CounterPath<Task>>()
  expectTypeOf<["state"]>().not.toExtend<CounterPath<Task>>()
  expectTypeOf<["nothing"]>().not.toExtend<CounterPath<Task>>()
  expectTypeOf<["any", "key"]>().toExtend<CounterPath<JsonObject>>()
})
