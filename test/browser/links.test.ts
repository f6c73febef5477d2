import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { bundlePage } from "./bundled-page.ts"
import { chromiumMissing, type OpenPage, openPage } from "./chromium.ts"
import type { LinksPage } from "./links-page.ts"

declare const page: LinksPage

if (chromiumMissing !== undefined) console.warn(`Skipped: links inside a browser (${chromiumMissing}).`)

describe.skipIf(chromiumMissing !== undefined)("links in headless Chromium", () => {
  let open: OpenPage

  beforeAll(async () => {
    open = await openPage(
      await bundlePage("links-page.ts", [], { worker: "links-worker.ts", shared: "links-shared-worker.ts" })
    )
    await open.page.evaluate(() => page.open())
  })
  afterAll(async () => open?.close())

  const read = (tab: Page, id: string): Promise<unknown> => tab.evaluate(wanted => page.read(wanted), id)
  const write = (tab: Page, id: string, text: string): Promise<void> =>
    tab.evaluate(([where, what]) => page.write(where, what), [id, text] as const)

  async function joined(): Promise<Page> {
    const tab = await open.another()
    await tab.evaluate(() => page.open())
    await tab.evaluate(() => page.joinTabs("notes"))
    return tab
  }

  test("[MC1] the contract holds over its message ports", async () => {
    expect(await open.page.evaluate(() => page.contract("port"))).toEqual([])
  })

  test("[BC1] the contract holds over its broadcast channels", async () => {
    expect(await open.page.evaluate(() => page.contract("tab"))).toEqual([])
  })

  test("[MC10] a page and its worker converge", async () => {
    await write(open.page, "notes/page", "page")
    await open.page.evaluate(() => page.startWorker())
    await open.page.evaluate(() => page.synced())
    expect(await read(open.page, "notes/worker")).toEqual({ by: "worker" })
  })

  test("[MC10] two tabs converge through a shared worker", async () => {
    const tabs = [await open.another(), await open.another()] as const
    for (const tab of tabs) {
      await tab.evaluate(() => page.open())
      await tab.evaluate(() => page.joinSharedWorker())
    }
    await write(tabs[0], "notes/shared", "shared")
    for (const tab of tabs) await tab.evaluate(() => page.synced())
    expect(await read(tabs[1], "notes/shared")).toEqual({ by: "shared" })
    for (const tab of tabs) await tab.close()
  })

  test("[BC10] three tabs converge, also on what a worker of one wrote; one that is closed is gone at once", async () => {
    await open.page.evaluate(() => page.joinTabs("notes"))
    const [second, third] = [await joined(), await joined()]
    for (const tab of [open.page, second, third]) await tab.waitForFunction(() => page.peers() === 2)
    await write(second, "notes/second", "second")
    for (const tab of [second, open.page, third]) await tab.evaluate(() => page.synced())
    for (const tab of [open.page, second, third])
      for (const id of ["worker", "page", "second"])
        expect(await read(tab, `notes/${id}`)).toEqual({ by: id })
    await second.close({ runBeforeUnload: false })
    await open.page.waitForFunction(() => page.peers() === 1, undefined, { timeout: 15_000 })
    expect(open.errors).toEqual([])
  })

  /** Three tabs of these addresses that know each other; before the second one joins it is prepared. */
  async function threeTabs(
    addresses: readonly [string, string, string],
    prepare: (second: Page) => Promise<unknown> = async () => {}
  ): Promise<readonly [Page, Page, Page]> {
    // Short enough to be waited for. Where a busy machine takes longer to answer, tabs lose each other, and find each other again.
    const patience = {
      helloTimeoutMs: 3_000,
      admitTimeoutMs: 3_000,
      pingIntervalMs: 1_000,
      pingTimeoutMs: 2_000,
      answerTimeoutMs: 3_000
    }
    const tabs = [await open.another(), await open.another(), await open.another()] as const
    for (const [at, tab] of tabs.entries()) {
      await tab.evaluate(() => page.open())
      if (at === 1) await prepare(tab)
      const settings = { ...patience, address: addresses[at] ?? "" }
      await tab.evaluate(([channel, own]) => page.joinTabs(channel, own), [
        addresses.join("-"),
        settings
      ] as const)
    }
    for (const tab of tabs) await tab.waitForFunction(() => page.peers() === 2)
    return tabs
  }

  /** Fulfilled when it has crashed. */
  async function crash(tab: Page): Promise<void> {
    const crashed = tab.waitForEvent("crash")
    // What crashes says so by failing to go there.
    await tab.goto("chrome://crash").catch(() => {})
    await crashed
  }

  /** Whether the tab knows of that one other tab and of nobody else; waits until it does. */
  async function knowsOnly(tab: Page, address: string): Promise<boolean> {
    const known = await tab.waitForFunction(only => page.knowsOnly(only), address, { timeout: 90_000 })
    return known.jsonValue()
  }

  test("[BC10] a tab that crashes is noticed, by whom it dialed and by who dialed it", {
    timeout: 240_000
  }, async () => {
    const tabs = await threeTabs(["a", "b", "c"])
    for (const tab of tabs) await tab.waitForFunction(() => page.liveLinks() === 2)
    await crash(tabs[1])
    expect([await knowsOnly(tabs[0], "c"), await knowsOnly(tabs[2], "a")]).toEqual([true, true])
    for (const tab of tabs) await tab.close()
  })

  test("[BC12] so is one that crashes before it dialed", { timeout: 240_000 }, async () => {
    // What it would dial with never comes.
    const tabs = await threeTabs(["b", "a", "c"], second => second.route("**/*.js", () => {}))
    await crash(tabs[1])
    expect([await knowsOnly(tabs[0], "c"), await knowsOnly(tabs[2], "b")]).toEqual([true, true])
    for (const tab of tabs) await tab.close()
  })
})
