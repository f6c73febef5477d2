import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { bundlePage } from "./bundled-page.ts"
import { chromiumMissing, type ServedPage, servePage, startChromium } from "./chromium.ts"
import type { IndexedDbPage } from "./indexeddb-page.ts"

declare const page: IndexedDbPage

if (chromiumMissing !== undefined)
  console.warn(`Skipped: IndexedDB in a profile on disk (${chromiumMissing}).`)

const documents = 7

/** An origin may then store about five megabytes. */
const smallQuota =
  "--enable-features=StorageQuotaSettings:PoolSizeBytes/8000000/MustRemainAvailableBytes/0/ShouldRemainAvailableBytes/0"

/** Lets a page write until it was told so many commits are durable, kills the browser, and gives what it was told. */
async function writeAndKill(profile: string, url: string, wanted: number): Promise<number> {
  const browser = await startChromium(profile, url)
  let durable = 0
  const enough = new Promise<void>(resolve => {
    browser.page.on("console", message => {
      durable = Math.max(durable, Number(/^durable (\d+)$/.exec(message.text())?.[1] ?? 0))
      if (durable >= wanted) resolve()
    })
  })
  expect(await browser.page.evaluate(() => page.open("killed"))).toBeUndefined()
  await browser.page.evaluate(() => page.writeForEver())
  await enough
  await browser.kill()
  return durable
}

/** The count last written to each document that the reopened profile has. */
async function readAll(profile: string, url: string): Promise<number[]> {
  const browser = await startChromium(profile, url)
  expect(await browser.page.evaluate(() => page.open("killed"))).toBeUndefined()
  const found: number[] = []
  for (let which = 0; which < documents; which++) {
    const value = await browser.page.evaluate(id => page.read(id), `notes/${which}`)
    found.push(Number((value as { readonly text?: string }).text ?? 0))
  }
  await browser.kill()
  return found
}

describe.skipIf(chromiumMissing !== undefined)("IndexedDB in a profile on disk", () => {
  let served: ServedPage
  let profile: string

  beforeAll(async () => {
    served = await servePage(await bundlePage("indexeddb-page.ts"))
  })
  afterAll(async () => served?.close())
  beforeEach(() => {
    profile = mkdtempSync(join(tmpdir(), "syncline-"))
  })
  afterEach(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }))

  test("[IDB13] a browser killed while it writes has every commit that was durable", async () => {
    const durable = await writeAndKill(profile, served.url, 60)
    const found = await readAll(profile, served.url)
    // Commit n went to document n mod 7: of the last seven each document has one.
    const expected = Array.from(
      { length: documents },
      (_, which) => durable - ((durable - which) % documents)
    )
    for (const [which, least] of expected.entries()) expect(found[which]).toBeGreaterThanOrEqual(least)
    // How far it got beyond what the test heard of is the machine's say; what is there went where it should.
    expect(found.map(count => count % documents)).toEqual(found.map((_, which) => which))
  })

  test("[IDB10] where the quota is used up a commit fails typed and whole, and goes through when there is room", async () => {
    const browser = await startChromium(profile, served.url, [smallQuota])
    const tab = browser.page
    await tab.evaluate(() => page.open("quota"))
    await tab.evaluate(() => page.write("notes/a", "before"))
    expect(await tab.evaluate(() => page.fill())).toBeGreaterThan(3)
    expect(await tab.evaluate(() => page.writeLarge("notes/b", 100_000))).toMatch(/^store-failed.*full/)
    expect(await tab.evaluate(() => page.read("notes/a"))).toEqual({ text: "before" })
    await tab.evaluate(name => page.deleteDatabase(name), "filler")
    expect(await tab.evaluate(() => page.retry("notes/b"))).toBeUndefined()
    await tab.evaluate(() => page.close())
    expect(await tab.evaluate(() => page.open("quota"))).toBeUndefined()
    expect(JSON.stringify(await tab.evaluate(() => page.read("notes/b"))).length).toBeGreaterThan(100_000)
    await browser.kill()
  })
})
