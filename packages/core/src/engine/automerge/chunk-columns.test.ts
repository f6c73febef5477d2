import { getBackend, init } from "@automerge/automerge/slim"
import { ByteWriter } from "@syncline/clock/bytes"
import { expect, onTestFinished, test, vi } from "vitest"
import { sha256 } from "#platform"
import { codeThrownBy, mustChange, openDocument, setTo, spliceAt } from "../../testing/engine-case.ts"
import { automerge } from "./automerge-engine.ts"
import { maxChangeItems, maxOperations } from "./chunk-columns.ts"
import { changeChunk, chunkMagic } from "./genesis.ts"
import type { AutomergeNative } from "./native-handle.ts"

await automerge().ready?.()

/** A change that sets one key so many times, in runs: what somebody can make who is not bound to our engine. */
function bomb(count: number): Uint8Array {
  const body = new ByteWriter()
  body.varUint(0)
  body.varBytes(new Uint8Array(8).fill(0xab))
  for (const number of [1, 1, 0, 0, 0]) body.varUint(number)
  const cells: readonly (readonly [number, Uint8Array])[] = [
    [0x15, run(count, 1, 0x61)],
    [0x34, unsigned(count)],
    [0x42, run(count, 1)],
    [0x56, run(count, 0)],
    [0x70, run(count, 0)]
  ]
  body.varUint(cells.length)
  for (const [spec, bytes] of cells) {
    body.varUint(spec)
    body.varUint(bytes.length)
  }
  for (const [, bytes] of cells) body.bytes(bytes)
  return chunkOf(body.finish())
}

function chunkOf(body: Uint8Array): Uint8Array {
  const hashed = new ByteWriter()
  hashed.u8(changeChunk)
  hashed.varBytes(body)
  const chunk = hashed.finish()
  return Uint8Array.from([...chunkMagic, ...sha256(chunk).subarray(0, 4), ...chunk])
}

function unsigned(value: number): Uint8Array {
  const writer = new ByteWriter()
  writer.varUint(value)
  return writer.finish()
}

/** A positive count, as signed LEB128 has it, and one value. */
function run(count: number, ...value: readonly number[]): Uint8Array {
  const bytes: number[] = []
  let left = count
  for (; left >= 64; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80)
  return Uint8Array.from([...bytes, left, ...value])
}

test.each([maxChangeItems + 1, 2 ** 40])(
  "[AM19] 60 bytes that stand for %i operations are refused",
  count => {
    const bytes = bomb(count)
    expect(bytes.length).toBeLessThan(100)
    expect(codeThrownBy(() => openDocument(automerge()).apply([bytes]))).toBe("engine-update-invalid")
  }
)

test("[AM19] a few in runs are a change like any other", () => {
  const document = openDocument(automerge())
  document.apply([bomb(100)])
  expect(document.value()).toHaveProperty("a", null)
})

test("[AM19] a text of more characters than others take is refused, and leaves nothing", () => {
  const document = openDocument(automerge())
  mustChange(document, spliceAt(["body"], 0, 0, "x"))
  const paste = "y".repeat(maxOperations + 1)
  expect(codeThrownBy(() => document.change([spliceAt(["body"], 1, 0, paste)]))).toBe("value-unsupported")
  const note = { op: "set", path: ["note"], content: { kind: "text", text: paste } } as const
  expect(codeThrownBy(() => document.change([note]))).toBe("value-unsupported")
  const native = document.native as AutomergeNative
  const attempt = (): void => native.change(doc => void (doc["note"] = paste))
  expect(codeThrownBy(attempt)).toBe("value-unsupported")
  expect(document.value()).toMatchObject({ body: "x" })
  expect(document.value()).not.toHaveProperty("note")
  // As a value it is one operation.
  const value = { op: "set", path: ["note"], content: { kind: "register", value: paste } } as const
  expect(mustChange(document, value).paths).toEqual([["note"]])
})

test("[AM19] a change of more operations than others take is refused, and leaves nothing", () => {
  const document = openDocument(automerge())
  mustChange(document, spliceAt(["body"], 0, 0, "x"))
  // As if it had so many more: to make a million, and to take them back, takes Automerge ten seconds.
  const handles = Object.getPrototypeOf(getBackend(init())) as { pendingOps: () => number }
  const { pendingOps } = handles
  const count = vi.spyOn(handles, "pendingOps").mockImplementation(function (this: unknown) {
    return Reflect.apply(pendingOps, this, []) + maxOperations - 2
  })
  onTestFinished(() => count.mockRestore())
  const paste = spliceAt(["body"], 1, 0, "yy")
  expect(codeThrownBy(() => document.change([paste, setTo(["a"], 1)]))).toBe("value-unsupported")
  expect(document.value()).toMatchObject({ body: "x" })
  expect(document.value()).not.toHaveProperty("a")
  expect(mustChange(document, paste).paths).toEqual([["body"]])
})
