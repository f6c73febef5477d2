import { afterEach, beforeEach, expect, it, vi } from "vitest"
import type * as Binary from "../index.ts"

const FAST = 0x10
const MIXED = 0x11
const old = new TextEncoder().encode("what is added to a text is made of the words that it has ".repeat(9))
const next = Uint8Array.from([...old, ...old.toReversed()])

let binary: typeof Binary

// Each test begins with nothing loaded but what hashes, which runs in WebAssembly too.
beforeEach(async () => {
  vi.resetModules()
  binary = await import("../index.ts")
  await binary.encodeDelta(old, next)
})

afterEach(() => vi.unstubAllGlobals())

// Neither the language's library nor Node's types know it.
const { compile, instantiate } = (globalThis as unknown as { readonly WebAssembly: Record<string, unknown> })
  .WebAssembly

const noMemory = { code: "binary-unsupported", cause: new RangeError("out of memory") }

/** The runtime's WebAssembly, of which a function fails. */
function breakWebAssembly(name: "compile" | "instantiate"): void {
  const broken = () => Promise.reject(new RangeError("out of memory"))
  vi.stubGlobal("WebAssembly", { compile, instantiate, [name]: broken })
}

it.each(["compile", "instantiate"] as const)(
  "[BM9] encoding gives a fast delta where the coder fails to %s, and a mixed one once it does not",
  async name => {
    breakWebAssembly(name)
    expect((await binary.encodeDelta(old, next, { level: "small" }))[2]).toBe(FAST)
    vi.unstubAllGlobals()
    expect((await binary.encodeDelta(old, next, { level: "small" }))[2]).toBe(MIXED)
  }
)

it.each(["compile", "instantiate"] as const)(
  "[BM9] a runtime where the coder fails to %s cannot read mixed deltas, until it does not",
  async name => {
    const delta = await binary.encodeDelta(old, next, { level: "small" })
    vi.resetModules()
    const { applyDelta, encodeDelta } = await import("../index.ts")
    await encodeDelta(old, next)
    breakWebAssembly(name)
    await expect(applyDelta(old, delta)).rejects.toMatchObject({
      code: "binary-unsupported",
      cause: new RangeError("out of memory")
    })
    vi.unstubAllGlobals()
    expect(await applyDelta(old, delta)).toEqual(next)
  }
)

it("[BM9] a checksum that found no memory is tried again", async () => {
  vi.resetModules()
  const { checksum } = await import("../container/checksum.ts")
  breakWebAssembly("instantiate")
  await expect(checksum(old)).rejects.toMatchObject(noMemory)
  vi.unstubAllGlobals()
  expect(await checksum(old)).toHaveLength(8)
})

it("[BM9] what hashes is refused by name where it found no memory, until it does", async () => {
  const delta = await binary.encodeDelta(old, next)
  vi.resetModules()
  const { applyDelta, applyDeltaStream, deltaFeatures, encodeDelta } = await import("../index.ts")
  breakWebAssembly("instantiate")
  await expect(deltaFeatures()).rejects.toMatchObject(noMemory)
  await expect(encodeDelta(old, next)).rejects.toMatchObject(noMemory)
  await expect(encodeDelta(old, next, { accept: [] })).rejects.toMatchObject(noMemory)
  await expect(applyDelta(old, delta)).rejects.toMatchObject(noMemory)
  await expect(applyDeltaStream(old, delta).next()).rejects.toMatchObject(noMemory)
  vi.unstubAllGlobals()
  expect(await applyDelta(old, await encodeDelta(old, next))).toEqual(next)
})
