import { applyDelta, encodeDelta } from "@syncline/diff/binary"
import { chunkBytes } from "@syncline/diff/chunks"
import { deltaToBytes, patchToBytes, signatureToBytes } from "@syncline/diff/rsync"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { bundlePage, type PageFiles } from "./bundled-page.ts"
import { chromiumMissing, type OpenPage, openPage } from "./chromium.ts"
import type { DiffPage } from "./diff-page.ts"

declare const page: DiffPage

if (chromiumMissing !== undefined) console.warn(`Skipped: @syncline/diff in a browser (${chromiumMissing}).`)

const encoder = new TextEncoder()
const lines = Array.from(
  { length: 3000 },
  (_, index) => `line ${index}: ${Math.imul(index, 2654435761) >>> 9}`
)
const old = encoder.encode(lines.join("\n"))
const edited = lines.map((line, index) => (index % 40 === 7 ? `${line}, seen twice` : line))
const next = encoder.encode(edited.toSpliced(700, 3, "three lines became one").join("\n"))

describe.skipIf(chromiumMissing !== undefined)("[PF1] in headless Chromium", () => {
  let files: PageFiles
  let open: OpenPage

  beforeAll(async () => {
    files = await bundlePage("diff-page.ts")
    open = await openPage(files)
  })
  afterAll(async () => open?.close())

  test("[PF3] level fast loads no mixing code", async () => {
    expect(await open.page.evaluate(() => page.fastOnly())).toBe(true)
    expect(open.requests.filter(path => path.includes("mixing"))).toEqual([])
  })

  test("[PF1] every entry point works there", async () => {
    expect(await open.page.evaluate(() => page.laws())).toEqual([])
    expect(open.errors).toEqual([])
  })

  test("[PF2] deltas, signatures and chunks of either runtime are the other's", async () => {
    const smallDelta = await encodeDelta(old, next, { level: "small", accept: ["mixing", "deflate"] })
    const given = {
      old: [...old],
      next: [...next],
      smallDelta: [...smallDelta],
      signature: [...(await signatureToBytes(old))]
    }
    const answer = await open.page.evaluate(input => page.work(input), given)
    expect(answer.applied).toEqual(given.next)
    expect(answer.smallDelta).toEqual(given.smallDelta)
    expect(await applyDelta(old, Uint8Array.from(answer.fastDelta))).toEqual(next)
    expect(await patchToBytes(old, Uint8Array.from(answer.remoteDelta))).toEqual(next)
    expect(answer.chunkLengths).toEqual([...chunkBytes(next)])
  })

  test("[PF2] a signature made there is answered here", async () => {
    const signature = await open.page.evaluate(bytes => page.sign(bytes), [...old])
    const delta = await deltaToBytes(Uint8Array.from(signature), next)
    const patched = await open.page.evaluate(([base, bytes]) => page.remote(base, bytes), [
      [...old],
      [...delta]
    ] as const)
    expect(patched).toEqual([...next])
  })

  test("[PF3] the mixing code was loaded when it was used", () => {
    expect(open.requests.filter(path => path.includes("mixing"))).not.toEqual([])
  })
})
