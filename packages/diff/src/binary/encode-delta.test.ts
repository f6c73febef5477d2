import { afterEach, describe, expect, it, vi } from "vitest"
import { errorCode } from "../testing/error-code.ts"
import { applyDelta } from "./apply/apply-delta.ts"
import { encodeDelta } from "./encode-delta.ts"

const letters = new Uint8Array(5000).map((_, index) => 97 + ((index * index) % 11))
const nothing = new Uint8Array()

/** The encoder in a Node of before 22.15. */
async function encodeDeltaWithoutZstd(): Promise<typeof encodeDelta> {
  vi.resetModules()
  vi.doMock("node:zlib", async load => {
    const exported = Object.entries(await load<object>())
    return Object.fromEntries(exported.filter(([name]) => !name.startsWith("zstd")))
  })
  return (await import("./encode-delta.ts")).encodeDelta
}

afterEach(() => {
  vi.doUnmock("node:zlib")
  vi.resetModules()
})

describe("arguments", () => {
  const gone = letters.slice()
  structuredClone(gone, { transfer: [gone.buffer] })

  it.each<[string, (delta: Uint8Array) => Promise<unknown>]>([
    ["old", () => encodeDelta(gone, letters)],
    ["next", () => encodeDelta(letters, gone)],
    ["old", delta => applyDelta(gone, delta)]
  ])("[BD14] %s without its buffer is refused, and not taken for empty", async (name, run) => {
    await expect(run(await encodeDelta(nothing, letters))).rejects.toMatchObject({
      code: "argument-invalid",
      message: expect.stringMatching(`^${name} must be .*its buffer was transferred`)
    })
  })

  it.each<[string, object | null]>([
    ["options", null],
    ["onProgress", { onProgress: 5 }],
    ["signal", { signal: {} }],
    ["signal", { signal: null }]
  ])("[BD14] odd %s are refused by name", async (name, options) => {
    await expect(encodeDelta(nothing, letters, options as object)).rejects.toMatchObject({
      code: "argument-invalid",
      message: expect.stringContaining(name)
    })
  })

  it("[BD14] options of applyDelta that are null are refused", async () => {
    const delta = await encodeDelta(nothing, letters)
    const options = null as unknown as object
    expect(await errorCode(() => applyDelta(nothing, delta, options))).toBe("argument-invalid")
  })
})

describe("a sender that lacks a method of the receiver's", () => {
  it("[BD10] uses another", async () => {
    const encode = await encodeDeltaWithoutZstd()
    const delta = await encode(nothing, letters, { accept: ["zstd", "deflate"] })
    expect(delta.length).toBeLessThan(500)
    expect(await applyDelta(nothing, delta)).toEqual(letters)
  })

  it("[BD10] stores what neither can compress", async () => {
    const encode = await encodeDeltaWithoutZstd()
    expect(await applyDelta(nothing, await encode(nothing, letters, { accept: ["zstd"] }))).toEqual(letters)
  })
})
