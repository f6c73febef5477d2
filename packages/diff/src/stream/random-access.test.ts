import { expect, it } from "vitest"
import { randomAccess } from "./random-access.ts"

const bytes = Uint8Array.of(1, 2, 3, 4)

/** What is read of a reader that gives some value whatever it is asked for. */
const given = (value: unknown): unknown => randomAccess("old", { length: 4, read: () => value }).read(0, 2)

it("[BS3] bytes, and readers that give what is asked, are read anywhere", async () => {
  expect(await randomAccess("old", bytes).read(1, 2)).toEqual(Uint8Array.of(2, 3))
  const reader = { length: 4, read: (at: number, length: number) => bytes.subarray(at, at + length) }
  expect(await randomAccess("old", reader).read(1, 2)).toEqual(Uint8Array.of(2, 3))
  const later = { length: 4, read: async () => Buffer.from(bytes.subarray(0, 2)) }
  expect([...(await randomAccess("old", later).read(0, 2))]).toEqual([1, 2])
})

it.each<[string, unknown, RegExp]>([
  ["nothing", undefined, /this is undefined$/],
  ["null", null, /this is null$/],
  ["a text", "old", /this is String: give `new TextEncoder/],
  ["a Blob", new Blob(["old"]), /this is Blob: give `\{ length: blob.size, read: async/],
  ["a view", new DataView(new ArrayBuffer(4)), /this is DataView: give `new Uint8Array\(view.buffer/],
  ["a buffer", new ArrayBuffer(4), /this is ArrayBuffer: give `new Uint8Array\(buffer\)`/],
  ["a file handle", { fd: 3, read: () => bytes }, /this is Object: its length is undefined$/],
  ["another name for the length", { size: 4, read: () => bytes }, /its length is undefined$/],
  ["half a byte", { length: 0.5, read: () => bytes }, /its length is 0.5$/],
  ["less than nothing", { length: -1, read: () => bytes }, /its length is -1$/],
  ["an array of numbers", [1, 2], /this is Array: it has no `read`$/]
])("[BS3] %s is refused, with what to give", (_, value, message) => {
  const wrong = { code: "argument-invalid", message: expect.stringMatching(message) }
  expect(() => randomAccess("old", value)).toThrow(expect.objectContaining(wrong))
})

it("[BS3] bytes whose buffer was transferred are refused, and not taken for empty ones", () => {
  const gone = new Uint8Array(8)
  structuredClone(gone, { transfer: [gone.buffer] })
  expect(() => randomAccess("old", gone)).toThrow(/old must be .*its buffer was transferred/)
})

it.each<[string, unknown, RegExp]>([
  ["fewer bytes", bytes.subarray(0, 1), /reading 2 bytes of old at 0 gave 1/],
  ["more bytes", bytes, /reading 2 bytes of old at 0 gave 4/],
  ["a buffer", new ArrayBuffer(2), /gave ArrayBuffer: give `new Uint8Array\(buffer\)`/],
  ["what a file handle gives", { bytesRead: 2, buffer: bytes }, /gave Object$/],
  ["nothing", undefined, /gave undefined$/],
  ["numbers", [1, 2], /gave Array$/]
])("[BS3] a reader that gives %s is told so", async (_, value, message) => {
  const wrong = { code: "source-invalid", message: expect.stringMatching(message) }
  for (const each of [value, Promise.resolve(value)]) await expect(given(each)).rejects.toMatchObject(wrong)
})
