import {
  collection,
  type Collection,
  type Conflict,
  type Engine,
  list,
  move,
  text,
  textOf
} from "@syncline/core"
import { expect, test } from "vitest"
import { both, openTwoOf, type Two } from "./engine-place.ts"

interface Task {
  title: string
  done?: boolean
}

interface Board {
  tasks: Task[]
  [key: string]: unknown
}

function boardsIn(engine: Engine): Collection<Board> {
  return collection<Board>("boards", { fields: { tasks: list() }, engine })
}

function openBoards(engine: Engine, ...titles: readonly string[]): Promise<Two<Board>> {
  return openTwoOf(boardsIn(engine), document =>
    document.change(draft => draft.tasks.push(...titles.map(title => ({ title: text(title) }))))
  )
}

function titlesOf({ documents }: Two<Board>): readonly string[] {
  return documents.map(({ value }) => value.tasks.map(({ title }) => title).join(" "))
}

async function conflictKinds({ replicas }: Two<Board>): Promise<readonly string[]> {
  const records: Conflict[] = []
  for await (const record of replicas[0].conflicts.list()) records.push(record)
  return records.map(({ kind }) => kind).sort()
}

test.each(both)(
  "[SH30] %s: an element moves with what is in it, and its texts stay texts",
  async (_, engine) => {
    const two = await openBoards(engine(), "a", "b", "c", "d")
    const [here, there] = two.documents
    here.change(draft => move(draft.tasks, 3, 0))
    here.change(draft => move(draft.tasks, 1, 2))
    await two.sync()
    expect(titlesOf(two)).toEqual(["d b a c", "d b a c"])
    there.text("tasks", 0, "title").insert(1, "!")
    here.text("tasks", 0, "title").insert(0, ">")
    await two.sync()
    expect(titlesOf(two)).toEqual([">d! b a c", ">d! b a c"])
    expect(here.change(draft => move(draft.tasks, 1, 1)).dot).toBeUndefined()
  }
)

test.each(both)("[SH30] %s: moving within one draft goes by the list as it is by then", async (_, engine) => {
  const [here] = (await openBoards(engine(), "a", "b", "c")).documents
  here.change(draft => {
    move(draft.tasks, 0, 2)
    textOf(draft.tasks[2] ?? { title: "" }, "title").append("2")
    move(draft.tasks, 2, 1)
    draft.tasks.push({ title: "e" })
  })
  expect(here.value.tasks.map(({ title }) => title)).toEqual(["b", "a2", "c", "e"])
})

test.each(both)(
  "[SH31] %s: positions that are none of the list's, and what is no list, are refused",
  async (_, engine) => {
    const [here] = (await openBoards(engine(), "a", "b")).documents
    for (const [from, to] of [
      [0, 2],
      [2, 0],
      [-1, 0],
      [0.5, 1],
      [Number.NaN, 0]
    ] as const)
      expect(() => here.change(draft => move(draft.tasks, from, to))).toThrow(
        expect.objectContaining({ code: "path-invalid" })
      )
    const plain: readonly unknown[] = [1, 2]
    expect(() => move(plain, 0, 1)).toThrow(expect.objectContaining({ code: "draft-invalid" }))
    expect(here.value.tasks).toHaveLength(2)
  }
)

test.each(both)("[SH32] %s: of an element that two move at once there are two", async (_, engine) => {
  const two = await openBoards(engine(), "a", "b", "c", "d")
  two.documents[0].change(draft => move(draft.tasks, 0, 3))
  two.documents[1].change(draft => move(draft.tasks, 0, 1))
  await two.sync()
  expect(titlesOf(two)).toEqual(["b a c d a", "b a c d a"])
})

test("[EG22] a record of that is kept in automerge, not in yjs", async () => {
  const found: (readonly string[])[] = []
  for (const [, engine] of both) {
    const two = await openBoards(engine(), "a", "b", "c", "d")
    two.documents[0].change(draft => move(draft.tasks, 0, 3))
    two.documents[1].change(draft => move(draft.tasks, 0, 1))
    await two.sync()
    found.push(await conflictKinds(two))
  }
  expect(found).toEqual([[], ["overlapping-edit"]])
})

test.each(both)(
  "[SH33] %s: an edit inside an element that somebody moves is a conflict",
  async (_, engine) => {
    const two = await openBoards(engine(), "a", "b", "c")
    two.documents[0].change(draft => move(draft.tasks, 0, 2))
    two.documents[1].change(draft => Object.assign(draft.tasks[0] ?? {}, { done: true }))
    await two.sync()
    expect(await conflictKinds(two)).toEqual(["delete-edit"])
    expect(two.documents[1].value.tasks.map(({ done }) => done)).toEqual([undefined, undefined, undefined])
  }
)
