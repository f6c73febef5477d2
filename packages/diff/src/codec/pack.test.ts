import { addExtension } from "msgpackr"
import { expect, test, vi } from "vitest"
import { errorCode } from "../testing/error-code.ts"
import { packFeatures } from "./envelope.ts"
import { packChange } from "./pack-change.ts"
import { packPatch } from "./pack-patch.ts"
import { pack, unpack } from "./pack.ts"
import { unpackPatch } from "./unpack-patch.ts"

const bytesOf = (...bytes: number[]) => Uint8Array.from(bytes)
const nested = (depth: number): unknown => (depth === 0 ? 0 : [nested(depth - 1)])

test("[PK1] Buffers come back as plain arrays that share no memory", async () => {
  const bytes = await pack({ blob: Buffer.from("abc") })
  const { blob } = (await unpack(bytes)) as { blob: Uint8Array }
  bytes.fill(0)
  expect(Object.getPrototypeOf(blob)).toBe(Uint8Array.prototype)
  expect([...blob]).toEqual([97, 98, 99])
})

test("[PK1] a member called __proto__ stays a member", async () => {
  const value = JSON.parse('{"__proto__": {"admin": true}, "__proto_": 1}') as object
  const back = (await unpack(await pack(value))) as object
  expect(Object.entries(back)).toEqual(Object.entries(value))
  expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
})

test("[PK1] values packed at the same time do not mix", async () => {
  const values = Array.from({ length: 40 }, (_, i) => `${i} `.repeat(1000 + i))
  const packed = await Promise.all(values.map(value => pack(value, { level: "small" })))
  expect(await Promise.all(packed.map(bytes => unpack(bytes)))).toEqual(values)
})

test("[PK2] what is no member for JSON is none here", async () => {
  const value = Object.assign([1], { named: 2, [Symbol("s")]: 3 })
  expect(await unpack(await pack([value, { [Symbol("s")]: 4, a: 5 }]))).toStrictEqual([[1], { a: 5 }])
})

test("[PK2] what has no form is refused", async () => {
  const values = [
    () => 1,
    Symbol("s"),
    new URL("http://x"),
    /x/,
    new Float32Array(1),
    Object(1),
    Object.assign([], { length: 2 })
  ]
  for (const value of values) expect(await errorCode(() => pack({ value }))).toBe("codec-value-unsupported")
})

test("[PK2] what is refused is told with its place", async () => {
  const odd = { "a/b": [1, new Map<unknown, unknown>([[1, { c: new Set([/x/]) }]])] }
  await expect(pack(odd)).rejects.toThrow('"/a~1b/1/0/c/0"')
  await expect(packPatch([{ op: "add", path: "", value: odd }])).rejects.toThrow('"/a~1b/1/0/c/0"')
  await expect(packChange(1, { a: nested(1001) })).rejects.toThrow('"/a/0/0/0')
  await expect(pack(Symbol("s"))).rejects.toThrow(/^a symbol cannot be packed/)
})

test("[PK2] a value that contains itself is too deep, 1,000 levels are not", async () => {
  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  expect(await errorCode(() => pack(cyclic))).toBe("codec-too-deep")
  expect(await errorCode(() => pack(nested(1001)))).toBe("codec-too-deep")
  expect(await unpack(await pack(nested(1000)))).toEqual(nested(1000))
})

test.each([
  ["an array of 2^32 - 1 elements", bytesOf(0, 0xdd, 255, 255, 255, 255, 0)],
  ["a map of 2^32 - 1 members", bytesOf(0, 0xdf, 255, 255, 255, 255, 0)],
  ["a text of 4 GB", bytesOf(0, 0xdb, 255, 255, 255, 255, 0)],
  ["a record definition", bytesOf(0, 0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1)],
  ["undefined by extension", bytesOf(0, 0xd4, 0, 0)],
  ["a typed array by extension", bytesOf(0, 0xc7, 3, 0x74, 0, 1, 2)],
  ["a bundle of texts", bytesOf(0, 0xd6, 0x62, 0, 0, 0, 1, 0xc1, 0)],
  ["an integer of 64 bits", bytesOf(0, 0xcf, 0, 0, 0, 0, 0, 0, 0, 1)],
  ["a member named by a number", bytesOf(0, 0x81, 1, 1)],
  ["a member called __proto__", bytesOf(0, 0x81, 0xa9, ...Buffer.from("__proto__"), 0x80)],
  ["a text that is not UTF-8", bytesOf(0, 0xa2, 0xc3, 0x28)],
  [
    "a date that no Date holds",
    bytesOf(0, 0xb2, ..."\0t9999999999999999".split("").map(c => c.charCodeAt(0)))
  ],
  ["two values", bytesOf(0, 1, 1)],
  ["no value", bytesOf(0)],
  ["nothing", bytesOf()],
  ["a patch", bytesOf(0x10, 1)],
  ["an unknown method", bytesOf(4, 1)],
  ["an unknown kind", bytesOf(0xf0, 1)]
])("[PK6] %s is codec-invalid", async (_, bytes) => {
  expect(await errorCode(() => unpack(bytes))).toBe("codec-invalid")
})

test("[PK6] a million levels are refused without recursion", async () => {
  const bytes = new Uint8Array(1_000_002).fill(0x91)
  bytes[0] = 0
  expect(await errorCode(() => unpack(bytes))).toBe("codec-too-deep")
})

test("[PK7] more values than the limit are refused", async () => {
  const bytes = await pack(Array.from({ length: 1000 }, (_, i) => i))
  expect(await errorCode(() => unpack(bytes, { maxValues: 1000 }))).toBe("codec-limit")
  expect(await errorCode(() => unpack(bytes, { maxValues: 1001 }))).toBe("none")
})

test("[PK7] a limit that is too low is named", async () => {
  const value = Array.from({ length: 99 }, (_, i) => `text ${i}`)
  const patch = value.map(text => ({ op: "add", path: `/${text}`, value: [text] }) as const)
  const [plain, short, packed] = await Promise.all([
    pack(value, { accept: [] }),
    pack(value),
    packPatch(patch)
  ])
  await expect(unpack(plain, { maxBytes: 9 })).rejects.toThrow("raise maxBytes")
  await expect(unpack(short, { maxBytes: 9 })).rejects.toThrow("raise maxBytes")
  await expect(unpack(plain, { maxValues: 9 })).rejects.toThrow("raise maxValues")
  await expect(unpackPatch(packed, { maxValues: 9 })).rejects.toThrow("raise maxValues")
  await expect(unpackPatch(packed, { maxValues: 150 })).rejects.toThrow("raise maxValues")
})

test("[PK7] bytes count three values, as they take as much memory", async () => {
  const bytes = await pack([new Uint8Array(0), new Uint8Array(0)])
  expect(await errorCode(() => unpack(bytes, { maxValues: 6 }))).toBe("codec-limit")
  expect(await errorCode(() => unpack(bytes, { maxValues: 7 }))).toBe("none")
})

test("[PK3] the smallest accepted method is used, or none", async () => {
  const value = Array.from({ length: 500 }, (_, i) => ({ id: `item ${i}`, done: i % 2 === 0 }))
  const sizes = new Map<number, number>()
  for (const accept of [[], ["deflate"], ["brotli"], ["zstd"]] as const) {
    const bytes = await pack(value, { accept, level: "small" })
    sizes.set(bytes[0] ?? -1, bytes.length)
  }
  expect([...sizes.keys()]).toEqual([0, 1, 2, 3])
  expect((await pack(value, { level: "small" })).length).toBe(Math.min(...sizes.values()))
})

test("[PK3] what cannot be compressed grows by one byte", async () => {
  expect(await pack(7)).toEqual(bytesOf(0, 7))
  const noise = crypto.getRandomValues(new Uint8Array(1000))
  expect((await pack(noise)).length).toBe(1000 + 3 + 1)
})

test("[PK4] a peer is told what this runtime can unpack", () => {
  expect(packFeatures()).toContain("deflate")
  expect(packFeatures()).toEqual(["deflate", "brotli", "zstd"])
})

test("[PK7] a bomb is stopped by its ratio, and at the limit", async () => {
  const { compress } = await import("../platform/node.ts")
  const bomb = Uint8Array.of(2, ...(await compress("brotli", new Uint8Array(8_000_000), "fast")))
  expect(await errorCode(() => unpack(bomb))).toBe("compression-limit")
  expect(await errorCode(() => unpack(bomb, { maxRatio: Infinity, maxBytes: 7_999_999 }))).toBe(
    "compression-limit"
  )
})

test("[PK7] what compresses too well travels in a form that is no bomb", async () => {
  const zeros = new Uint8Array(2_000_000)
  const bytes = await pack(zeros)
  expect(bytes[0]).toBe(1)
  expect(await unpack(bytes)).toEqual(zeros)
})

test("[PK8] no code is compiled while packing and unpacking", async () => {
  vi.stubGlobal("Function", () => {
    throw new Error("compiled code")
  })
  try {
    const value = Array.from({ length: 100 }, () => ({ a: 1, b: "c" }))
    expect(await unpack(await pack(value))).toEqual(value)
  } finally {
    vi.unstubAllGlobals()
  }
})

test("[PK8] extensions of others for the same classes change nothing", async () => {
  addExtension({ Class: Date, type: 1, pack: () => bytesOf(1), unpack: () => "hijacked" })
  const date = new Date(0)
  expect(await unpack(await pack({ date }))).toEqual({ date })
})
