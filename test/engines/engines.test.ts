import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { collection, memoryStore, openReplica } from "@syncline/core"
import { type AutomergeNative, automerge } from "@syncline/core/automerge"
import { yjs } from "@syncline/core/yjs"
import { describe, expect, test } from "vitest"
import * as Y from "yjs"
import { readExamples, root } from "../readme/readme-examples.ts"
import {
  drafts,
  linkTo,
  openHere,
  pagesIn,
  pagesOf,
  plans,
  storeMakers,
  syncOnce,
  writePages
} from "./engine-place.ts"

describe.each(storeMakers)("[EG1] documents of both engines in one %s store", (_, makeStore) => {
  test("[EG1] end equal over a link, with the edits of both sides", async () => {
    const [a, b] = [await openHere({ store: makeStore()() }), await openHere()]
    await writePages(a, "one ")
    await writePages(b, "two ")
    await syncOnce(a, b)
    expect(await pagesOf(a)).toEqual(await pagesOf(b))
    const { value } = await b.load(plans, "1")
    expect(value.tags.toSorted()).toEqual(["one ", "two "])
    expect(value.body).toHaveLength(8)
  })

  test("[EG1] folded and opened again, they are as before and go on", async () => {
    const storeOf = makeStore()
    const [a, b] = [await openHere({ store: storeOf() }), await openHere()]
    for (const word of ["one ", "two ", "three "]) await writePages(a, word)
    expect(await Promise.all([a.compact("drafts/1"), a.compact("plans/1")])).toEqual([true, true])
    const before = await pagesOf(a)
    await a.close()
    const again = await openHere({ store: storeOf() })
    expect(await pagesOf(again)).toEqual(before)
    await writePages(b, "beside ")
    await syncOnce(again, b)
    await writePages(b, "after ")
    await syncOnce(again, b)
    expect(await pagesOf(again)).toEqual(await pagesOf(b))
    expect((await again.load(plans, "1")).value.meta.note).toContain("after ")
  })

  test("[EG3] a store written with another engine is not opened, and unharmed", async () => {
    const storeOf = makeStore()
    const first = await openHere({ store: storeOf() })
    await writePages(first, "mine")
    const before = await pagesOf(first)
    await first.close()
    const others = [drafts, pagesIn("plans")]
    await expect(openHere({ store: storeOf(), collections: others })).rejects.toMatchObject({
      code: "engine-unknown",
      message: expect.stringContaining('open the replica with collection("plans", { engine })')
    })
    await expect(openHere({ store: storeOf(), engine: automerge() })).rejects.toMatchObject({
      code: "engine-unknown",
      details: { theirs: "yjs", ours: "automerge" }
    })
    expect(await pagesOf(await openHere({ store: storeOf() }))).toEqual(before)
  })
})

test("[EG2] the replica's engine is that of every collection which names none, declared or not", async () => {
  const replica = await openHere({ engine: automerge(), collections: [drafts, pagesIn("notes", yjs())] })
  const natives = await Promise.all(
    ["drafts/1", "free/1", "notes/1"].map(async id => (await replica.load(id)).native)
  )
  expect(natives.map(native => native instanceof Y.Doc)).toEqual([false, false, true])
  expect((natives[0] as AutomergeNative).doc()).toEqual({})
})

test("[EG4] commits of another engine are refused on both sides, and nothing else is", async () => {
  const others = [drafts, pagesIn("plans")]
  const [a, b] = [await openHere(), await openHere({ collections: others })]
  await writePages(a, "mine")
  await writePages(b, "mine", others)
  const [before, beforeThere] = [(await a.load("plans/1")).value, (await b.load("plans/1")).value]
  const { link, refused } = linkTo(a, b)
  await expect.poll(() => new Set(refused.map(({ where }) => where))).toEqual(new Set(["here", "there"]))
  for (const problem of refused)
    expect(problem).toMatchObject({ document: "plans/1", reason: "engine-unknown" })
  await expect.poll(async () => (await a.load("drafts/1")).value).toMatchObject({ body: "minemine" })
  expect([(await a.load("plans/1")).value, (await b.load("plans/1")).value]).toEqual([before, beforeThere])
  link.close()
})

test("[EG4] so are commits for a document that is not here yet, and the collection can be given its engine then", async () => {
  const store = memoryStore()
  const [a, b] = [await openHere(), await openHere({ store, collections: [drafts] })]
  await writePages(a, "mine")
  const { link, refused } = linkTo(a, b)
  await expect.poll(() => refused).toMatchObject([{ where: "here", reason: "engine-unknown" }])
  link.close()
  await b.close()
  const again = await openHere({ store })
  await syncOnce(a, again)
  expect(await pagesOf(again)).toEqual(await pagesOf(a))
})

test("[EG5] a snapshot of another engine is refused", async () => {
  const [a, b] = [await openHere(), await openHere({ collections: [drafts, pagesIn("plans")] })]
  await writePages(a, "mine")
  await a.compact("plans/1")
  const { link, refused } = linkTo(a, b)
  await expect
    .poll(() => refused)
    .toMatchObject([{ where: "here", document: "plans/1", reason: "engine-unknown" }])
  expect((await b.load("plans/1")).version.height).toBe(0)
  link.close()
})

test("[EG6] a replica waits until its engines are loaded, and opens no store without", async () => {
  const store = memoryStore()
  const order: string[] = []
  const slow = { ...yjs(), name: "slow", ready: async () => void order.push(await Promise.resolve("ready")) }
  const watched = { name: store.name, open: () => (order.push("open"), store.open()) }
  const cause = new Error("no such file")
  const broken = { ...yjs(), name: "broken", ready: () => Promise.reject(cause) }
  await expect(
    openReplica({ store: watched, engine: yjs(), collections: [collection("x", { engine: broken })] })
  ).rejects.toBe(cause)
  expect(order).toEqual([])
  await openHere({ store: watched, engine: slow })
  expect(order).toEqual(["ready", "open"])
})

test("[EG12] the guide's applications differ in the line that imports the engine, and in no other", () => {
  const [first = [], second = []] = readExamples("packages/core/docs/choosing-an-engine.md").map(
    ({ source }) => source.split("\n")
  )
  const other = first.filter((line, at) => line !== second[at])
  expect(other).toEqual([`import { yjs as engine } from "@syncline/core/yjs"`])
  expect(second).toHaveLength(first.length)
})

const example = join(root, "examples/replayed-log")
const sources = readdirSync(example).flatMap(name =>
  name.endsWith(".ts") ? readFileSync(join(example, name), "utf8") : []
)
const guide = readFileSync(join(root, "packages/core/docs/write-an-engine.md"), "utf8")
const quotes = [...guide.matchAll(/```typescript\n([\s\S]*?)```/g)].map(([, quote = ""]) => quote)

test.each(quotes)("[EG13] the example has what the guide quotes: %s", quote => {
  expect(sources.filter(source => source.includes(quote))).toHaveLength(1)
})
