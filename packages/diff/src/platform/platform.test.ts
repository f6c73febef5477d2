import { expect, test, vi } from "vitest"
import { errorCode } from "../testing/error-code.ts"
import type { CompressionMethod } from "./compression-method.ts"
import * as node from "./node.ts"
import * as web from "./web.ts"

const bytes = new TextEncoder().encode("change ".repeat(1000))

// This runtime has the streams of browsers too; which methods they know depends on its version.
const cases = [node, web].flatMap((platform, i) =>
  (["deflate", "brotli", "zstd"] satisfies CompressionMethod[])
    .filter(platform.hasCompression)
    .map(method => [i === 0 ? "Node" : "browser", method, platform] as const)
)

test.each(cases)(
  "[PK3] %s %s: what one side compressed, either decompresses",
  async (_, method, platform) => {
    for (const effort of ["fast", "best"] as const) {
      const packed = await platform.compress(method, bytes, effort)
      expect(packed.length).toBeLessThan(100)
      expect(await platform.decompress(method, packed, bytes.length)).toEqual(bytes)
      expect(await node.decompress(method, packed, bytes.length)).toEqual(bytes)
    }
  }
)

test.each(cases)("[PK7] %s %s: a byte more than the limit is refused", async (_, method, platform) => {
  const packed = await platform.compress(method, bytes, "best")
  expect(await errorCode(() => platform.decompress(method, packed, bytes.length - 1))).toBe(
    "compression-limit"
  )
})

test.each(cases)(
  "[PK6] %s %s: bytes cut short or followed by others are damaged",
  async (_, method, platform) => {
    const packed = await platform.compress(method, bytes, "fast")
    const damaged = [
      packed.subarray(0, -1),
      new Uint8Array(),
      Uint8Array.of(...packed, 0),
      Uint8Array.of(...packed, ...packed)
    ]
    for (const input of damaged)
      expect(await errorCode(() => platform.decompress(method, input, 1e6))).toBe("compression-invalid")
  }
)

test("[PK5] a method the runtime lacks is not offered, and named when it is met", async () => {
  vi.stubGlobal("DecompressionStream", function unknownFormat() {
    throw new TypeError("unsupported format")
  })
  vi.resetModules()
  const poor = await import("./web.ts")
  expect(poor.hasCompression("brotli")).toBe(false)
  vi.unstubAllGlobals()
  await expect(poor.decompress("brotli", bytes, 1e6)).rejects.toMatchObject({ code: "compression-missing" })
  await expect(poor.compress("brotli", bytes, "fast")).rejects.toMatchObject({ code: "compression-missing" })
})

test.each([
  ["Node", node],
  ["browser", web]
] as const)("[BD13] %s: a turn lets messages through", async (_, platform) => {
  const { port1, port2 } = new MessageChannel()
  const arrived = new Promise(resolve => port1.addEventListener("message", resolve))
  port1.start()
  let turns = 0
  port2.postMessage(undefined)
  const waiting = arrived.then(() => turns)
  while (turns < 100_000 && (await Promise.race([waiting, platform.nextTurn()])) === undefined) turns++
  port1.close()
  expect(await waiting).toBeLessThan(100_000)
})

test("[PK7] a browser that gives all a piece holds at once is stopped soon after the limit", async () => {
  let produced = 0
  const expand = (piece: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>): void => {
    for (let i = 0; i < piece.length; i++) controller.enqueue(new Uint8Array(1000))
    produced += piece.length * 1000
  }
  vi.stubGlobal(
    "DecompressionStream",
    class extends TransformStream<Uint8Array, Uint8Array> {
      constructor() {
        super({ transform: expand })
      }
    }
  )
  const bomb = new Uint8Array(1_000_000)
  const code = await errorCode(() => web.decompress("deflate", bomb, 1_000_000))
  vi.unstubAllGlobals()
  expect(code).toBe("compression-limit")
  expect(produced).toBeLessThan(1_000_000 + 2 * 16_384_000)
})
