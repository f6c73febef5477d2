import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Tab } from "@syncline/adapters/tabs"
import { keyOf, memoryStore } from "@syncline/core"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { buildPage } from "../../examples/notes-web/build-page.ts"
import { type NotesServer, serveNotes } from "../../examples/notes-web/serve-notes.ts"
import { notes } from "../../examples/notes-web/src/notes.ts"
import { chromiumMissing, launchChromium } from "./chromium.ts"

/** What the page shows of itself. */
declare const window: { readonly tab: Tab }

if (chromiumMissing !== undefined) console.warn(`Skipped: the web example (${chromiumMissing}).`)

const pictures = process.env["SYNCLINE_SCREENSHOTS"]

describe.skipIf(chromiumMissing !== undefined)("the web example in headless Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "syncline-notes-web-"))
  let browser: Browser
  let context: BrowserContext
  let server: NotesServer
  let disk: ReturnType<typeof memoryStore>
  const errors: string[] = []

  beforeAll(async () => {
    await buildPage(folder)
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    errors.length = 0
    disk = memoryStore()
    server = await serveNotes(disk, folder)
    context = await browser.newContext({ viewport: { width: 900, height: 500 } })
  })
  afterEach(async () => {
    await context.close()
    await server.close()
  })

  async function openTab(): Promise<Page> {
    const tab = await context.newPage()
    tab.on("pageerror", error => errors.push(String(error)))
    await tab.goto(server.url)
    await tab.waitForFunction(() => "tab" in window)
    return tab
  }

  /** The same server after a while, with what it had. */
  async function restart(): Promise<void> {
    const port = Number(new URL(server.url).port)
    server = await serveNotes(disk, folder, port)
  }

  const badge = (tab: Page, phase: string) => tab.waitForSelector(`#badge[data-phase="${phase}"]`)
  const role = (tab: Page, is: string) => tab.waitForSelector(`#badge[data-role="${is}"]`)
  const shows = (tab: Page, words: string) => tab.waitForSelector(`.cm-content >> text=${words}`)

  /** Two who type at one place get each other's letters in between; at both ends they do not. */
  async function write(tab: Page, words: string, where: "Home" | "End" = "End"): Promise<void> {
    await tab.click(".cm-content")
    await tab.keyboard.press(`Control+${where}`)
    await tab.keyboard.type(`${words}\n`)
  }

  async function picture(tab: Page, name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await tab.screenshot({ path: join(pictures, `${name}.png`) })
  }

  async function serverText(): Promise<string> {
    for await (const id of server.replica.list("notes"))
      return (await server.replica.load(notes, keyOf(id))).value.body
    return ""
  }

  test("[WE1] two tabs edit one note and see each other; what is typed is on the server", async () => {
    const [ada, bob] = [await openTab(), await openTab()]
    await role(ada, "leader")
    await role(bob, "follower")
    await badge(bob, "live")
    await ada.click("#new")
    await ada.fill("#title", "Trip")
    await bob.click("nav li button >> text=Trip")
    await write(ada, "from Ada")
    await shows(bob, "from Ada")
    await write(bob, "from Bob")
    await shows(ada, "from Bob")
    for (const tab of [ada, bob]) await tab.waitForSelector("#people span")
    await badge(ada, "live")
    await picture(ada, "together")
    await expect.poll(serverText, { timeout: 10_000 }).toBe("from Ada\nfrom Bob\n")
    expect(errors).toEqual([])
  })

  test("[WE2] [TB3] offline edits in both tabs, the leader crashes, the other reloads: nothing is lost and all converge", async () => {
    const [ada, bob] = [await openTab(), await openTab()]
    await role(ada, "leader")
    await badge(bob, "live")
    await ada.click("#new")
    await bob.click("nav li button >> text=New note")
    await write(ada, "first line")
    await shows(bob, "first line")
    await expect.poll(serverText).toBe("first line\n")

    await server.close()
    for (const tab of [ada, bob]) await badge(tab, "offline")
    await Promise.all([write(ada, "Ada was offline"), write(bob, "Bob was offline", "Home")])
    await shows(ada, "Bob was offline")
    await shows(bob, "Ada was offline")
    await picture(bob, "offline")
    // The last words of a tab that dies are in its store, whether or not the other one has heard them.
    await write(ada, "Ada's last words")
    await shows(ada, "last words")
    await ada.evaluate(() => window.tab.replica.flush())
    await ada.goto("chrome://crash").catch(() => {})
    await role(bob, "leader")
    await bob.reload()
    await role(bob, "leader")
    await bob.click("nav li button >> text=New note")
    // Else both write behind the same line, in whatever order.
    await shows(bob, "last words")
    await write(bob, "Bob came back")

    await restart()
    await badge(bob, "live")
    const carol = await openTab()
    await carol.click("nav li button >> text=New note")
    for (const words of ["first line", "Ada was offline", "Bob was offline", "last words", "Bob came back"])
      await shows(carol, words)
    await picture(carol, "converged")
    const lines = ["Bob was offline", "first line", "Ada was offline", "Ada's last words", "Bob came back"]
    await expect.poll(serverText, { timeout: 10_000 }).toBe(`${lines.join("\n")}\n`)
    expect(errors).toEqual([])
  })
})
