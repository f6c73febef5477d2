import { expect, test } from "vitest"
import type { JsonPatch } from "../json/json-patch.ts"
import { errorCode } from "../testing/error-code.ts"
import { canonicalText, parseCanonicalText } from "./change/canonical-text.ts"
import { changeCheck } from "./change/change-check.ts"
import { joinBytes } from "./join-bytes.ts"
import { packChange } from "./pack-change.ts"
import { sealPatch } from "./patch/seal-patch.ts"
import { unpackChange } from "./unpack-change.ts"

const lines = Array.from({ length: 400 }, (_, i) => ({ id: i, text: `line ${i} of ${400 - i}` }))
const kindOf = (bytes: Uint8Array) => (bytes[0] ?? 0) >> 4

test("[PD2] what JSON's equality does not see is not lost", async () => {
  const after = { balance: -0, rest: lines }
  const back = await unpackChange(
    { balance: 0, rest: lines },
    await packChange({ balance: 0, rest: lines }, after)
  )
  expect(back).toStrictEqual(after)
})

test("[PD3] the order of members in the base does not matter", async () => {
  const change = await packChange({ a: 1, b: [{ c: 2, d: 3 }] }, { a: 1, b: [{ c: 2, d: 4 }] })
  expect(await unpackChange({ b: [{ d: 3, c: 2 }], a: 1 }, change)).toEqual({ a: 1, b: [{ c: 2, d: 4 }] })
})

test("[PD3] another base is told by its code, for a patch and for a delta", async () => {
  const rewritten = lines.map(line => ({ ...line, text: line.text.replace("of", "out of") }))
  const changes = [await packChange(lines, lines.slice(1)), await packChange(lines, rewritten)]
  expect(changes.map(kindOf)).toEqual([4, 5])
  for (const change of changes)
    expect(await errorCode(() => unpackChange(lines.slice(2), change))).toBe("codec-wrong-base")
})

test("[PD4] a rewritten document travels as a delta, a moved element as a patch", async () => {
  const rewritten = lines.map(line => ({ ...line, text: line.text.toUpperCase() }))
  expect(kindOf(await packChange(lines, rewritten))).toBe(5)
  expect(kindOf(await packChange(lines, [...lines.slice(1), lines[0]]))).toBe(4)
})

test("[PD4] no form that was tried is smaller than the one used", async () => {
  const rewritten = lines.map(line => ({ ...line, text: line.text.replace("of", "out of") }))
  const accepted = [["brotli"], ["brotli", "delta"]] as const
  const [patch, either] = await Promise.all(
    accepted.map(accept => packChange(lines, rewritten, { accept, level: "small" }))
  )
  expect(kindOf(patch as Uint8Array)).toBe(3)
  expect(either?.length).toBeLessThan(patch?.length ?? 0)
})

test("[PD5] a short patch takes its bytes and a check", async () => {
  const done = lines.with(200, { id: 200, text: "done" })
  expect((await packChange(lines, done)).length).toBeLessThan(24)
})

test("[PD5] for a receiver without WebAssembly, changes are patches", async () => {
  const change = await packChange("a".repeat(2000), "b".repeat(2000), { accept: ["deflate"] })
  expect(kindOf(change)).toBe(3)
})

test("[PD7] a document above the limit is refused before it is made", async () => {
  const rewritten = lines.map(line => ({ ...line, text: line.text.replace("of", "out of") }))
  const change = await packChange(lines, rewritten)
  expect(await errorCode(() => unpackChange(lines, change, { maxBytes: 1000 }))).toBe("binary-limit")
})

test("[PD6] [PD7] a patch that does not apply, or copies more than the limit allows, ends in a typed error", async () => {
  const before = { a: [1, 2, 3] }
  const change = async (patch: JsonPatch) => {
    const { sealed, body } = await sealPatch(
      patch,
      { columns: "change by patch", rows: "change by short patch" },
      {}
    )
    return joinBytes(sealed, changeCheck(new TextEncoder().encode(canonicalText(before)), body))
  }
  const missing = await change([{ op: "remove", path: "/b" }])
  expect(await errorCode(() => unpackChange(before, missing))).toBe("json-patch-path-missing")
  const copies = await change([{ op: "copy", from: "/a", path: "/b" }])
  expect(await errorCode(() => unpackChange(before, copies, { maxValues: 3 }))).toBe("json-patch-limit")
  expect(await errorCode(() => unpackChange(before, copies, { maxValues: 4 }))).toBe("none")
})

test("[PD7] bytes in a document count three values", async () => {
  const text = canonicalText([new Uint8Array(0)])
  expect(await errorCode(() => parseCanonicalText(text, 3))).toBe("codec-limit")
  expect(parseCanonicalText(text, 4)).toEqual([new Uint8Array(0)])
})
