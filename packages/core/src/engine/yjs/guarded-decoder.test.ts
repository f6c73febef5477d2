import { ByteWriter } from "@syncline/clock/bytes"
import { expect, test } from "vitest"
import { codeThrownBy, openDocument } from "../../testing/engine-case.ts"
import { yjs } from "./yjs-engine.ts"

/** A V2 update of some 40 bytes that claims to hold as many collected structs, each of length 1. */
function bomb(structs: number): Uint8Array {
  const out = new ByteWriter()
  const empty = new Uint8Array()
  out.varUint(0)
  // Columns: key clocks, clients (2³¹ as lib0 writes signed numbers), clocks left and right, infos, strings, parents, types.
  for (const column of [empty, [0x80, 0x80, 0x80, 0x80, 0x10], empty, empty, [0], [0], empty, empty])
    out.varBytes(Uint8Array.from(column))
  // Lengths: −1 announces that the 1 is repeated 2³⁵ times.
  out.varBytes(new Uint8Array([0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]))
  for (const number of [1, structs, 0, 0]) out.varUint(number)
  return out.finish()
}

test("[YJ17] a small snapshot that unfolds into millions of structs is refused", () => {
  expect(codeThrownBy(() => openDocument(yjs(), bomb(100)))).toBeUndefined()
  expect(codeThrownBy(() => openDocument(yjs(), bomb(2 ** 31)))).toBe("engine-update-invalid")
})

test("[YJ17] an update that claims more structs than it has bytes is refused before room is made for them", () => {
  const out = new ByteWriter()
  for (const number of [1, 2 ** 30, 2 ** 31, 0]) out.varUint(number)
  expect(codeThrownBy(() => openDocument(yjs()).apply([out.finish()]))).toBe("engine-update-invalid")
})
