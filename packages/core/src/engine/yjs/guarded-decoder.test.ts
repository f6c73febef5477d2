import { ByteWriter } from "@syncline/clock/bytes"
import { expect, test } from "vitest"
import * as Y from "yjs"
import { codeThrownBy, openDocument } from "../../testing/engine-case.ts"
import { GuardedDecoderV2 } from "./guarded-decoder.ts"
import { yjs } from "./yjs-engine.ts"

/** The lowest identity that is nobody's genesis. */
const ordinary = 2 ** 31

/** A V2 update of some 40 bytes that claims to hold as many collected structs of a client, each of length 1. */
function bomb(structs: number, client: number = ordinary): Uint8Array {
  const out = new ByteWriter()
  const empty = new Uint8Array()
  out.varUint(0)
  // As lib0 writes signed numbers: below 64 in one byte.
  const clients = client < 64 ? [client] : [0x80, 0x80, 0x80, 0x80, 0x10]
  // Columns: key clocks, clients, clocks left and right, infos, strings, parents, types.
  for (const column of [empty, clients, empty, empty, [0], [0], empty, empty])
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

test("[YJ2] of a snapshot with more than one struct under a reserved identity nothing is integrated", () => {
  const document = new Y.Doc()
  const load = (): void => Y.applyUpdateV2(document, bomb(2, 28), undefined, GuardedDecoderV2)
  expect(load).toThrow(expect.objectContaining({ code: "engine-identity-reserved" }))
  expect(document.store.clients.size).toBe(0)
  expect(codeThrownBy(() => openDocument(yjs(), bomb(2, 28)))).toBe("engine-identity-reserved")
})

/** Bytes that delete so many ranges of one place each, after what comes before the structs. */
function deletions(beginning: Uint8Array, ranges: number): Uint8Array {
  const out = new ByteWriter(2 * ranges + 64)
  out.bytes(beginning)
  for (const number of [0, 1, 2 ** 31, ranges]) out.varUint(number)
  out.bytes(new Uint8Array(2 * ranges).fill(1))
  return out.finish()
}

test.each(["update", "snapshot"])(
  "[YJ17] an %s that deletes millions of ranges is refused before there is an object for each",
  kind => {
    const columns = Y.encodeStateAsUpdateV2(new Y.Doc()).slice(0, -2)
    const load = (): unknown =>
      kind === "update"
        ? openDocument(yjs()).apply([deletions(new Uint8Array(), 2 ** 23)])
        : openDocument(yjs(), deletions(columns, 2 ** 23))
    expect(load).toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({ message: expect.stringContaining("ranges") })
      })
    )
  }
)

test("[YJ17] a large update of collected structs is refused, for each becomes an object", () => {
  const out = new ByteWriter(2 ** 23 + 64)
  for (const number of [1, 2 ** 22 + 1, 2 ** 31, 0]) out.varUint(number)
  for (let i = 0; i <= 2 ** 22; i++) out.bytes(new Uint8Array([0, 1]))
  out.varUint(0)
  expect(codeThrownBy(() => openDocument(yjs()).apply([out.finish()]))).toBe("engine-update-invalid")
})

/** A V1 update of one struct of the first ordinary clientID, and so many deleted places from its beginning. */
function oneStruct(struct: readonly (number | string)[], deleted?: number): Uint8Array {
  const out = new ByteWriter()
  for (const number of [1, 1, 2 ** 31, 0]) out.varUint(number)
  for (const part of struct)
    if (typeof part === "string") out.varString(part)
    else out.varUint(part)
  for (const number of deleted === undefined ? [0] : [1, 2 ** 31, 1, 0, deleted]) out.varUint(number)
  return out.finish()
}

// A first byte of 36: a text under a key, whose parent is named (1).
const textOf = (text: string): readonly (number | string)[] => [36, 1, "root", "a", text]

test.each<[string, Uint8Array, Uint8Array]>([
  ["a text", oneStruct(textOf("")), oneStruct(textOf("x"))],
  ["something collected", oneStruct([0, 0]), oneStruct([0, 1])],
  ["a deleted range", oneStruct(textOf("x"), 0), oneStruct(textOf("x"), 1)]
])("[YJ26] an update with %s of no length is refused, one with some length taken", (_, empty, some) => {
  expect(codeThrownBy(() => openDocument(yjs()).apply([empty]))).toBe("engine-update-invalid")
  expect(codeThrownBy(() => openDocument(yjs()).apply([some]))).toBeUndefined()
})

test("[YJ26] so is a snapshot with a text of no length, and names of no length are fine", () => {
  const asSnapshot = (struct: readonly (number | string)[]): Uint8Array =>
    Y.convertUpdateFormatV1ToV2(oneStruct(struct))
  expect(codeThrownBy(() => openDocument(yjs(), asSnapshot(textOf(""))))).toBe("engine-update-invalid")
  expect(codeThrownBy(() => openDocument(yjs(), asSnapshot([36, 1, "", "", "x"])))).toBeUndefined()
})
