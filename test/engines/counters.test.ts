import {
  collection,
  type Collection,
  type Conflict,
  counter,
  type Document,
  type Engine,
  map,
  text
} from "@syncline/core"
import type { AutomergeNative } from "@syncline/core/automerge"
import { nativeRoot } from "@syncline/core/yjs"
import { expect, test } from "vitest"
import * as Y from "yjs"
import { both, linkTo, openHere, openTwoOf, type Two } from "./engine-place.ts"

interface Poll {
  votes: number
  meta: { hits: number; note: string }
  [key: string]: unknown
}

const most = Number.MAX_SAFE_INTEGER

function pollsIn(engine: Engine): Collection<Poll> {
  const fields = { votes: counter(), meta: map({ hits: counter(), note: text() }) }
  return collection<Poll>("polls", { fields, engine })
}

function openPolls(engine: Engine): Promise<Two<Poll>> {
  return openTwoOf(pollsIn(engine))
}

function votesOf({ documents }: Two<Poll>): readonly number[] {
  return documents.map(({ value }) => value.votes)
}

async function conflictsOf({ replicas }: Two<Poll>): Promise<readonly Conflict[]> {
  const records: Conflict[] = []
  for await (const record of replicas[0].conflicts.list()) records.push(record)
  return records
}

test.each(both)(
  "[SH10] %s: what two count at once adds up, in drafts and by the field",
  async (_, engine) => {
    const two = await openPolls(engine())
    const [here, there] = two.documents
    expect([here.value, here.exists]).toEqual([{ meta: { hits: 0, note: "" }, votes: 0 }, false])
    here.counter("votes").increment(5)
    there.change(draft => void (draft.votes += 3))
    there.counter("votes").decrement()
    here.counter("meta", "hits").increment()
    there.change(draft => void draft.meta.hits++)
    await two.sync()
    expect(here.value).toEqual({ meta: { hits: 2, note: "" }, votes: 7 })
    expect(there.value).toEqual(here.value)
    expect([here.counter("votes").value, here.counter("meta", "hits").value]).toEqual([7, 2])
  }
)

test.each(both)("[SH11] %s: an assignment is a step, also of the map around a counter", async (_, engine) => {
  const two = await openPolls(engine())
  const [here, there] = two.documents
  here.change(draft => void (draft.votes = 10))
  there.change(draft => void (draft.votes = 1))
  here.change(draft => void (draft.meta = { note: "n", hits: 4 }))
  there.change(draft => void (draft.meta.hits = 2))
  await two.sync()
  expect(votesOf(two)).toEqual([11, 11])
  expect(here.value.meta).toEqual({ hits: 6, note: "n" })
  const again = here.change(draft => void (draft.votes = 11))
  expect(again.dot).toBeUndefined()
})

test.each(both)("[SH12] %s: what is no safe step is refused before anything happens", async (_, engine) => {
  const two = await openPolls(engine())
  const [here] = two.documents
  here.counter("votes").increment(most)
  const { value, version } = here
  for (const by of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1])
    expect(() => here.counter("votes").increment(by)).toThrow(
      expect.objectContaining({ code: "value-unsupported" })
    )
  for (const votes of [1.5, 2 ** 53, -1])
    expect(() => here.change(draft => void (draft.votes = votes))).toThrow(
      expect.objectContaining({ code: "value-unsupported", message: expect.stringContaining('["votes"]') })
    )
  expect([here.value, here.version]).toEqual([value, version])
})

test.each(both)("[SH13] %s: where concurrent steps lead beyond, all show the bound", async (_, engine) => {
  const two = await openPolls(engine())
  for (const document of two.documents) document.counter("votes").increment(most)
  await two.sync()
  expect(votesOf(two)).toEqual([most, most])
  two.documents[0].counter("votes").decrement(most)
  two.documents[1].counter("votes").decrement(most - 5)
  await two.sync()
  expect(votesOf(two)).toEqual([5, 5])
})

test.each(both)("[SH14] %s: a counter cannot be deleted or become something else", async (_, engine) => {
  const [here] = (await openPolls(engine())).documents
  const edits: readonly ((draft: Record<string, unknown>) => unknown)[] = [
    draft => delete draft["votes"],
    draft => (draft["votes"] = "many"),
    draft => (draft["votes"] = null),
    draft => (draft["votes"] = [1]),
    draft => (draft["meta"] = { note: "" })
  ]
  for (const edit of edits)
    expect(() => here.change(edit as never)).toThrow(expect.objectContaining({ code: "path-invalid" }))
  expect(() => here.counter("meta", "note" as "hits").value).toThrow(
    expect.objectContaining({ code: "path-invalid" })
  )
  expect(here.exists).toBe(false)
})

test.each(both)(
  "[SH15] %s: undo takes back one's own steps, redo and revert count, too",
  async (_, engine) => {
    const two = await openPolls(engine())
    const [here, there] = two.documents
    const undo = here.undoManager({ captureMs: 0 })
    here.counter("votes").increment(5)
    await two.sync()
    there.counter("votes").decrement(5)
    there.counter("meta", "hits").increment(3)
    await two.sync()
    await undo.undo()
    expect(here.value).toMatchObject({ votes: -5, meta: { hits: 3 } })
    await undo.redo()
    const { version } = here
    here.counter("votes").increment(100)
    there.counter("votes").increment(1)
    await here.revertTo(version)
    await two.sync()
    expect(votesOf(two)).toEqual([1, 1])
    expect((await there.at(version)).value).toMatchObject({ votes: 0, meta: { hits: 3 } })
  }
)

test.each(both)("[SH16] %s: counting at once is no conflict", async (_, engine) => {
  const two = await openPolls(engine())
  for (const document of two.documents) {
    document.counter("votes").increment()
    document.change(draft => void (draft.meta.hits = 4))
  }
  await two.sync()
  expect(await conflictsOf(two)).toEqual([])
  expect(votesOf(two)).toEqual([2, 2])
})

/** Sets a key of the root through the engine's own document. */
function putNatively({ native }: Document<Poll>, key: string, value: number): void {
  if (native instanceof Y.Doc) nativeRoot(native).set(key, value)
  else (native as AutomergeNative).change(root => void (root[key] = value))
}

test.each(both)(
  "[SH16] %s: who puts it, or what it is in, away natively meets who counts",
  async (_, engine) => {
    const two = await openTwoOf(pollsIn(engine()), document =>
      document.change(draft => void (draft.votes = draft.meta.hits = 1))
    )
    putNatively(two.documents[0], "votes", 9)
    putNatively(two.documents[0], "meta", 9)
    two.documents[1].counter("votes").increment()
    two.documents[1].counter("meta", "hits").increment()
    await two.sync()
    expect(two.documents.map(({ value }) => JSON.stringify(value))).toEqual(
      Array(2).fill('{"meta":9,"votes":9}')
    )
    const records = (await conflictsOf(two)).map(({ kind, path }) => `${kind} ${path?.join(".")}`)
    expect(records).toHaveLength(2)
    expect(new Set(records)).toEqual(new Set(["delete-edit meta", "delete-edit votes"]))
  }
)

test.each(both)(
  "[SH17] %s: counts outlive folding, opening again and a snapshot to a stranger",
  async (_, engine) => {
    const polls = pollsIn(engine())
    const two = await openTwoOf(polls, document => document.counter("votes").increment(2))
    two.documents[1].counter("votes").increment(3)
    await two.sync()
    await two.replicas[0].compact("polls/1")
    const stranger = await openHere({ collections: [polls] })
    const late = await stranger.load(polls, "1")
    late.counter("votes").increment(10)
    const { link } = linkTo(two.replicas[0], stranger)
    await link.synced()
    link.close()
    expect([late.value.votes, two.documents[0].value.votes]).toEqual([15, 15])
    expect(await late.diff(two.documents[1].version, late.version)).toMatchObject([
      { op: "replace", path: "/votes", value: 15 }
    ])
  }
)
