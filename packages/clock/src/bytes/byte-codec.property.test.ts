import fc from "fast-check"
import { expect, test } from "vitest"
import { isSynclineError } from "../error/syncline-error.ts"
import { ByteReader } from "./byte-reader.ts"
import { ByteWriter } from "./byte-writer.ts"

type Item =
  | readonly ["u8" | "u32" | "varUint" | "varInt", number]
  | readonly ["varBytes", Uint8Array]
  | readonly ["varString", string]

const kind = <Kind extends Item[0]>(name: Kind): fc.Arbitrary<Kind> => fc.constant(name)
// Numbers of every magnitude, and those on either side of a power of two.
const magnitude = fc.tuple(fc.integer({ min: 0, max: 53 }), fc.integer({ min: -1, max: 1 }))
const unsigned = fc.oneof(
  fc.maxSafeNat(),
  magnitude.map(([bits, offset]) => Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, 2 ** bits + offset)))
)
const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary", maxLength: 80 }))
const item: fc.Arbitrary<Item> = fc.oneof(
  fc.tuple(kind("u8"), fc.integer({ min: 0, max: 255 })),
  fc.tuple(kind("u32"), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  fc.tuple(kind("varUint"), unsigned),
  fc.tuple(
    kind("varInt"),
    fc.tuple(unsigned, fc.boolean()).map(([value, negative]) => (negative && value > 0 ? -value : value))
  ),
  fc.tuple(kind("varBytes"), fc.uint8Array({ maxLength: 200 })),
  fc.tuple(kind("varString"), text)
)

function write(writer: ByteWriter, [form, value]: Item): void {
  if (form === "varBytes") writer.varBytes(value)
  else if (form === "varString") writer.varString(value)
  else writer[form](value)
}

function read(reader: ByteReader, form: Item[0]): Item[1] {
  if (form === "varBytes") return reader.varBytes(1000)
  return form === "varString" ? reader.varString(1000) : reader[form]()
}

test("[BY1] values written one after another are read back, and nothing is left", () => {
  fc.assert(
    fc.property(fc.array(item), items => {
      const writer = new ByteWriter(16)
      for (const each of items) write(writer, each)
      const reader = new ByteReader(writer.finish())
      expect(items.map(([form]) => read(reader, form))).toEqual(items.map(([, value]) => value))
      reader.expectEnd()
    }),
    { numRuns: 500 }
  )
})

test("[BY9] what is accepted from random bytes is what would have been written", () => {
  let accepted = 0
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), item, (bytes, [form]) => {
      const reader = new ByteReader(bytes)
      let value: Item[1]
      try {
        value = read(reader, form)
      } catch (error) {
        if (isSynclineError(error)) return
        throw error
      }
      accepted++
      const writer = new ByteWriter()
      write(writer, [form, value] as Item)
      expect(writer.finish()).toEqual(bytes.subarray(0, reader.position))
    }),
    { numRuns: 3000 }
  )
  expect(accepted).toBeGreaterThan(500)
})
