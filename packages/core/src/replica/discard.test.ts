import { expect, test } from "vitest"
import type * as Y from "yjs"
import { yjs } from "../engine/yjs/index.ts"
import { memoryStore } from "../store/memory-store.ts"
import { faultyStore } from "../testing/faulty-store.ts"
import { openReplica } from "./open-replica.ts"

test("[GC6] what who hears of a discarding still writes into the discarded native document goes with it", async () => {
  const replica = await openReplica({ store: faultyStore(memoryStore(), { failBefore: [3] }), engine: yjs() })
  const document = await replica.load("notes/1")
  await document.change(draft => void (draft["kept"] = 1)).durable
  const native = document.native as Y.Doc
  replica.on(({ type }) => {
    if (type === "identity-rotated") native.getMap("root").set("late", 1)
  })
  await expect(document.change(draft => void (draft["lost"] = 1)).durable).rejects.toMatchObject({
    code: "store-failed"
  })
  await document.discard()
  expect(document.blocked).toBeUndefined()
  expect(document.value).toEqual({ kept: 1 })
  await document.change(draft => void (draft["after"] = 1)).durable
  await replica.close()
})

/** A document blocked by its second append, and a retry of it that is held up in a store which lets it through or not. */
async function retried({ fails }: { readonly fails: boolean }) {
  const heldUp: Promise<void>[] = []
  const store = faultyStore(memoryStore(), { failBefore: fails ? [3, 4] : [3], delay: () => heldUp.at(-1) })
  const replica = await openReplica({ store, engine: yjs() })
  const document = await replica.load("notes/1")
  await document.change(draft => void (draft["kept"] = 1)).durable
  await document.change(draft => void (draft["late"] = 1)).durable.catch(() => {})
  const { promise, resolve } = Promise.withResolvers<void>()
  heldUp.push(promise)
  const first = document.retry()
  first.catch(() => {})
  return { replica, document, first, letGo: resolve }
}

test.each([true, false])(
  "[GC5] who retries while another retry is under way hears how that ends (it fails: %s)",
  async fails => {
    const { replica, document, first, letGo } = await retried({ fails })
    const outcomes: string[] = []
    const second = document.retry().then(
      () => outcomes.push("durable"),
      () => outcomes.push("failed")
    )
    await new Promise<void>(resolve => setImmediate(resolve))
    expect(outcomes).toEqual([])
    letGo()
    await Promise.allSettled([first, second])
    expect(outcomes).toEqual([fails ? "failed" : "durable"])
    expect(document.blocked === undefined).toBe(!fails)
    await document.discard()
    await replica.close()
  }
)

test.each([true, false])(
  "[GC5] a discard waits for a retry, and gives up what did not get in (it fails: %s)",
  async fails => {
    const { replica, document, first, letGo } = await retried({ fails })
    const discarded = document.discard()
    letGo()
    await Promise.allSettled([first, discarded])
    expect(document.blocked).toBeUndefined()
    expect(document.value).toEqual(fails ? { kept: 1 } : { kept: 1, late: 1 })
    await replica.close()
  }
)
