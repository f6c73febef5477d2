import { sinkContract } from "@syncline/core/testing"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { bundlePage } from "./bundled-page.ts"
import { chromiumMissing, type OpenPage, openPage } from "./chromium.ts"
import type { IndexedDbPage } from "./indexeddb-page.ts"

declare const page: IndexedDbPage

if (chromiumMissing !== undefined)
  console.warn(`Skipped: the IndexedDB sink in a browser (${chromiumMissing}).`)

describe.skipIf(chromiumMissing !== undefined)("the IndexedDB sink in headless Chromium", () => {
  let open: OpenPage

  beforeAll(async () => {
    open = await openPage(await bundlePage("indexeddb-page.ts"))
  })
  afterAll(async () => open?.close())

  // The titles are the same here and there; the cases run there.
  for (const { title } of sinkContract("Chromium", () => Promise.reject(new Error("not here"))))
    test(title, async () => {
      await open.page.evaluate(which => page.check(which), title)
      expect(open.errors).toEqual([])
    })
})
