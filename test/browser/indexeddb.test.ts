import { storeContract } from "@syncline/core/testing"
import { memoryStore } from "@syncline/core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { bundlePage } from "./bundled-page.ts"
import { chromiumMissing, type OpenPage, openPage } from "./chromium.ts"
import type { IndexedDbPage } from "./indexeddb-page.ts"

declare const page: IndexedDbPage

if (chromiumMissing !== undefined) console.warn(`Skipped: IndexedDB inside a browser (${chromiumMissing}).`)

describe.skipIf(chromiumMissing !== undefined)("IndexedDB in headless Chromium", () => {
  let open: OpenPage

  beforeAll(async () => {
    open = await openPage(await bundlePage("indexeddb-page.ts"))
  })
  afterAll(async () => open?.close())

  // The titles are the same here and there; the cases run there.
  for (const { title } of storeContract("Chromium", () => ({ store: memoryStore() })))
    test(title, async () => {
      await open.page.evaluate(which => page.check(which), title)
      expect(open.errors).toEqual([])
    })

  test("[IDB2] a second tab is refused, and let in when the first one closes or dies", async () => {
    const [first, second, third] = [await open.another(), await open.another(), await open.another()]
    expect(await first.evaluate(() => page.open("shared"))).toBeUndefined()
    expect(await second.evaluate(() => page.open("shared"))).toMatch(/^store-locked/)
    await first.evaluate(() => page.write("notes/a", "1"))
    await first.close()
    await expect.poll(() => second.evaluate(() => page.open("shared"))).toBeUndefined()
    expect(await second.evaluate(() => page.read("notes/a"))).toEqual({ text: "1" })
    await second.goto("chrome://crash").catch(() => {})
    await expect.poll(() => third.evaluate(() => page.open("shared"))).toBeUndefined()
    await third.close()
  })

  test("[IDB6] a tab in whose way the database is deleted lets go at once", async () => {
    const [tab, other] = [await open.another(), await open.another()]
    await tab.evaluate(() => page.open("deleted"))
    await tab.evaluate(() => page.write("notes/a", "1"))
    await other.evaluate(name => page.deleteDatabase(name), "deleted")
    expect(await tab.evaluate(() => page.write("notes/a", "2"))).toMatch(/^store-locked/)
    await tab.close()
    await other.close()
  })

  test("[IDB11] a browser that clears the origin's data ends the session, and the next one is somebody new", async () => {
    const tab = await open.another()
    const devtools = await tab.context().newCDPSession(tab)
    await tab.evaluate(() => page.open("evicted"))
    await tab.evaluate(() => page.write("notes/a", "1"))
    const actor = await tab.evaluate(() => page.actor())
    await devtools.send("Storage.clearDataForOrigin", {
      origin: new URL(tab.url()).origin,
      storageTypes: "indexeddb"
    })
    expect(await tab.evaluate(() => page.write("notes/a", "2"))).toMatch(/^store-failed/)
    await tab.evaluate(() => page.close())
    expect(await tab.evaluate(() => page.open("evicted"))).toBeUndefined()
    expect(await tab.evaluate(() => page.read("notes/a"))).toEqual({})
    expect(await tab.evaluate(() => page.actor())).not.toBe(actor)
    await tab.close()
  })
})
