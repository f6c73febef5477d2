import { expect, test } from "vitest"
import { keyedId } from "./keyed-id.ts"
import { SipHash } from "./sip-hash.ts"
import { subkey } from "./subkey.ts"

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i)
const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("")

// From the reference implementation's vectors: key 00 … 0f, message 00 01 … of that length.
test.each([
  [0, "310e0edd47db6f72"],
  [1, "fd67dc93c539f874"],
  [7, "37d1018bf50002ab"],
  [8, "6224939a79f5f593"],
  [15, "e545be4961ca29a1"],
  [63, "724506eb4c328a95"]
])("[KH1] the hash of %i bytes is SipHash-2-4", (length, expected) => {
  expect(
    hex(
      keyedId(
        KEY,
        Uint8Array.from({ length }, (_, i) => i)
      )
    )
  ).toBe(expected)
})

test.each([["document 1"], [[1, 2]], [new DataView(new ArrayBuffer(8))], [undefined]])(
  "[KH1] %o is no bytes",
  message => {
    const act = () => keyedId(KEY, message as unknown as Uint8Array)
    expect(act).toThrow(expect.objectContaining({ code: "argument-invalid" }))
  }
)

test("[KH1] a text is no key", () => {
  const act = () => keyedId("0123456789abcdef" as unknown as Uint8Array, KEY)
  expect(act).toThrow(expect.objectContaining({ code: "set-argument-invalid" }))
})

test("[KH1] the hash of an id is that of its bytes, and long messages leave nothing behind", () => {
  const hasher = new SipHash(KEY)
  hasher.hash(new Uint8Array(1000).fill(255))
  hasher.hashId(0x00010203, 0x04050607)
  const ofId = [hasher.high, hasher.low]
  hasher.hash(Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]))
  expect([hasher.high, hasher.low]).toEqual(ofId)
})

test("[KH2] the key of a purpose is two hashes", () => {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value)
  const made = subkey(KEY, "syncline set")
  const expected = hex(keyedId(KEY, text("syncline set 0"))) + hex(keyedId(KEY, text("syncline set 1")))
  expect(hex(made)).toBe(expected)
})

test("[SE4] a key has 16 bytes", () => {
  const act = () => keyedId(new Uint8Array(15), KEY)
  expect(act).toThrow(expect.objectContaining({ code: "set-argument-invalid" }))
})
