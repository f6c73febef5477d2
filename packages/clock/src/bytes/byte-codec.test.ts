import { expect, test } from "vitest"
import { codeOf } from "../testing/error-code.ts"
import { ByteReader } from "./byte-reader.ts"
import { ByteWriter, varUintSize } from "./byte-writer.ts"

const MAX = Number.MAX_SAFE_INTEGER

function written(write: (writer: ByteWriter) => void): number[] {
  const writer = new ByteWriter()
  write(writer)
  return [...writer.finish()]
}

function reader(...bytes: number[]): ByteReader {
  return new ByteReader(Uint8Array.from(bytes))
}

test.each([
  [0, [0]],
  [127, [0x7f]],
  [128, [0x80, 1]],
  [16_383, [0xff, 0x7f]],
  [16_384, [0x80, 0x80, 1]],
  [2 ** 31, [0x80, 0x80, 0x80, 0x80, 8]],
  [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 15]],
  [MAX, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]]
])("[BY2] varUint %d has one form", (value, bytes) => {
  expect(written(writer => writer.varUint(value))).toEqual(bytes)
  expect(reader(...bytes).varUint()).toBe(value)
  expect(varUintSize(value)).toBe(bytes.length)
})

test.each([
  [[0x80, 0], "bytes-non-canonical"],
  [[0xff, 0x80, 0], "bytes-non-canonical"],
  [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x10], "bytes-invalid"],
  [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "bytes-invalid"],
  [[0x80], "bytes-truncated"],
  [[], "bytes-truncated"]
])("[BY2] varUint refuses %j", (bytes, code) => {
  expect(codeOf(() => reader(...bytes).varUint())).toBe(code)
})

test.each([
  [0, [0]],
  [-1, [1]],
  [1, [2]],
  [63, [0x7e]],
  [-64, [0x7f]],
  [64, [0x80, 1]],
  [MAX, [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f]],
  [-MAX, [0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f]]
])("[BY4] varInt %d has one form", (value, bytes) => {
  expect(written(writer => writer.varInt(value))).toEqual(bytes)
  expect(reader(...bytes).varInt()).toBe(value)
})

test.each([
  [[0x81, 0], "bytes-non-canonical"],
  [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f], "bytes-invalid"],
  [[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f], "bytes-invalid"],
  [[0x80], "bytes-truncated"]
])("[BY4] varInt refuses %j", (bytes, code) => {
  expect(codeOf(() => reader(...bytes).varInt())).toBe(code)
})

test.each([1.5, -1, MAX + 1, Number.NaN, Infinity])("[BY3] %d is not written as varUint", value => {
  expect(codeOf(() => written(writer => writer.varUint(value)))).toBe("bytes-invalid")
})

test("[BY3] fixed widths refuse what does not fit", () => {
  expect(codeOf(() => written(writer => writer.u8(256)))).toBe("bytes-invalid")
  expect(codeOf(() => written(writer => writer.u32(2 ** 32)))).toBe("bytes-invalid")
  expect(codeOf(() => written(writer => writer.u32(-1)))).toBe("bytes-invalid")
  expect(codeOf(() => written(writer => writer.varInt(2 ** 53)))).toBe("bytes-invalid")
})

test("[BY1] u32 puts the most significant byte first", () => {
  expect(written(writer => writer.u32(0xfedcba98))).toEqual([0xfe, 0xdc, 0xba, 0x98])
  expect(reader(0xfe, 0xdc, 0xba, 0x98).u32()).toBe(0xfedcba98)
})

test("[BY5] a limit applies to the input, to numbers and to lengths", () => {
  expect(codeOf(() => new ByteReader(new Uint8Array(3), { maxBytes: 2 }))).toBe("bytes-limit")
  expect(codeOf(() => reader(5).varUint(4))).toBe("bytes-limit")
  expect(codeOf(() => reader(2, 7, 7).varBytes(1))).toBe("bytes-limit")
  expect(codeOf(() => reader(2, 65, 65).varString(1))).toBe("bytes-limit")
  expect(reader(2, 65, 65).varString(2)).toBe("AA")
})

test("[BY5] a length that lies is refused before anything is allocated", () => {
  expect(codeOf(() => reader(...written(writer => writer.varUint(MAX))).varBytes(MAX))).toBe(
    "bytes-truncated"
  )
  expect(codeOf(() => reader(1).bytes(-1))).toBe("bytes-truncated")
  expect(codeOf(() => reader(1).bytes(Number.NaN))).toBe("bytes-truncated")
})

test("[BY6] the end of the input is checked on both sides", () => {
  expect(codeOf(() => reader(1, 2, 3).u32())).toBe("bytes-truncated")
  expect(codeOf(() => reader().u8())).toBe("bytes-truncated")
  expect(codeOf(() => reader(1).expectEnd())).toBe("bytes-trailing")
  expect(codeOf(() => reader().expectEnd())).toBe(undefined)
})

test.each(["\ud800", "a\udc00b", `${"x".repeat(40)}\ud83d`])(
  "[BY7] a lone surrogate is not written",
  text => {
    expect(codeOf(() => written(writer => writer.varString(text)))).toBe("bytes-invalid")
  }
)

test.each([[[0xff]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xe2, 0x82]], [[0xf4, 0x90, 0x80, 0x80]]])(
  "[BY7] broken UTF-8 %j is not read",
  bytes => {
    expect(codeOf(() => reader(bytes.length, ...bytes).varString(9))).toBe("bytes-invalid")
    const padded = [...bytes, ...new Uint8Array(60)]
    expect(codeOf(() => reader(padded.length, ...padded).varString(99))).toBe("bytes-invalid")
  }
)

test("[BY7] a byte order mark is kept", () => {
  const bytes = written(writer => writer.varString("\ufeffa"))
  expect(bytes).toEqual([4, 0xef, 0xbb, 0xbf, 97])
  expect(reader(...bytes).varString(9)).toBe("\ufeffa")
})

test("[BY8] bytes read are views, finish copies, reset starts over", () => {
  const input = Uint8Array.from([1, 2])
  const view = new ByteReader(input).bytes(2)
  input[0] = 9
  expect([...view]).toEqual([9, 2])

  const writer = new ByteWriter()
  writer.u8(1)
  const first = writer.finish()
  writer.reset()
  writer.u8(2)
  expect([[...first], [...writer.finish()], writer.length]).toEqual([[1], [2], 1])
})

test("[BY8] a view is what was written, and the next write goes into it", () => {
  const writer = new ByteWriter()
  writer.u8(1)
  const view = writer.view()
  expect([...view]).toEqual([1])
  writer.reset()
  writer.u8(2)
  expect([...view]).toEqual([2])
})

test("[BY10] what is read of a subclass is a plain array, whose slice is a copy", () => {
  class Pooled extends Uint8Array {
    override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
      return this.subarray(start, end)
    }
  }
  const input = Pooled.from([1, 2, 3])
  const copy = new ByteReader(input).bytes(3).slice()
  input.fill(9)
  expect([...copy]).toEqual([1, 2, 3])
})
