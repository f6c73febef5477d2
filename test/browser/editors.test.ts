import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { bundlePage } from "./bundled-page.ts"
import { chromiumMissing, type OpenPage, openPage } from "./chromium.ts"
import type { DeskReport, EditorsPage } from "./editors-page.ts"

declare const page: EditorsPage

if (chromiumMissing !== undefined) console.warn(`Skipped: editors of Automerge (${chromiumMissing}).`)

describe.skipIf(chromiumMissing !== undefined)("[AM18] editors bound to native in headless Chromium", () => {
  let open: OpenPage

  beforeAll(async () => {
    // Automerge's entry for webpack has its WebAssembly inside, so that nothing has to be told to the bundler.
    open = await openPage(await bundlePage("editors-page.ts", ["webpack"]))
    await open.page.evaluate(() => page.open())
  })
  afterAll(async () => open?.close())

  const report = (desk: number): Promise<DeskReport> => open.page.evaluate(at => page.report(at), desk)

  async function typeInto(editor: string, words: string): Promise<void> {
    await open.page.click(`${editor} [contenteditable]`)
    await open.page.keyboard.type(words)
  }

  test("[AM18] each transaction of CodeMirror is one commit", async () => {
    const before = await report(0)
    await typeInto("#code-0", "let a")
    const after = await report(0)
    expect(after).toMatchObject({ code: "let a", value: { code: "let a" } })
    expect(after.commits - before.commits).toBe(5)
  })

  test("[AM18] what the application changes shows in CodeMirror", async () => {
    await open.page.evaluate(() => page.change(0, "// \u{1f600}\n"))
    expect(await report(0)).toMatchObject({ code: "// \u{1f600}\nlet a" })
  })

  test("[AM18] each transaction of ProseMirror is one commit", async () => {
    const before = await report(0)
    await typeInto("#prose-0", "Dear all")
    const after = await report(0)
    expect(after.prose).toBe("Dear all")
    expect(after.value.prose).toContain("Dear all")
    expect(after.commits - before.commits).toBe(8)
  })

  test("[AM18] what another replica wrote reaches the editors, both ways and on top of each other", async () => {
    await typeInto("#code-1", "there")
    await open.page.evaluate(() => page.link())
    await expect.poll(async () => (await report(1)).code).toContain("let a")
    await typeInto("#code-1", "!")
    await typeInto("#prose-1", " and one")
    await expect.poll(async () => (await report(0)).code).toContain("!")
    await expect.poll(async () => (await report(0)).prose).toContain("and one")
    const [first, second] = [await report(0), await report(1)]
    expect(first).toEqual(second)
    expect([first.code, first.value.prose]).toEqual([first.value.code, expect.stringContaining("Dear all")])
    expect(open.errors).toEqual([])
    await open.page.evaluate(() => page.close())
  })
})
