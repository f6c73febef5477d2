import { ByteWriter } from "@syncline/clock/bytes"
import { expect, test } from "vitest"
import type { ExtendedJsonPatch } from "../json/json-patch.ts"
import { errorCode } from "../testing/error-code.ts"
import { kindByte } from "./envelope.ts"
import { joinBytes } from "./join-bytes.ts"
import { packPatch } from "./pack-patch.ts"
import { joinColumns } from "./patch/patch-columns.ts"
import { unpackPatch } from "./unpack-patch.ts"

test.each<[number, ExtendedJsonPatch]>([
  [1, []],
  [11, [{ op: "replace", path: "/437/done", value: true }]],
  [4, [{ op: "remove", path: "/1200" }]],
  [6, [{ op: "move", from: "/999", path: "/0" }]]
])("[PP2] a patch takes %i bytes: %j", async (size, patch) => {
  expect((await packPatch(patch)).length).toBeLessThanOrEqual(size)
})

test("[PP2] operations alike take few bytes more each", async () => {
  const patch: ExtendedJsonPatch = Array.from({ length: 1000 }, (_, i) => ({
    op: "replace",
    path: `/todos/${3 * i}/done`,
    value: true
  }))
  expect((await packPatch(patch, { accept: [] })).length).toBeLessThan(5 * 1000)
  expect((await packPatch(patch)).length).toBeLessThan(100)
})

test("[PP3] what is no operation is refused", async () => {
  const operations = [
    { op: "spin", path: "/a" },
    { op: "add", path: "/a" },
    { op: "remove", path: "a" },
    null
  ]
  const codes = operations.map(operation => errorCode(() => packPatch([operation as never])))
  expect(await Promise.all(codes)).toEqual([
    "json-patch-invalid",
    "json-patch-invalid",
    "json-pointer-invalid",
    "json-patch-invalid"
  ])
})

test("[PP3] members that RFC 6902 does not define are left out", async () => {
  const patch = [{ op: "remove", path: "/a", value: 1, note: "x" }] as unknown as ExtendedJsonPatch
  expect(await unpackPatch(await packPatch(patch))).toEqual([{ op: "remove", path: "/a" }])
})

test("[PP4] a path of a million tokens comes back", async () => {
  const patch: ExtendedJsonPatch = [{ op: "remove", path: "/a".repeat(1_000_000) }]
  expect(await unpackPatch(await packPatch(patch))).toEqual(patch)
})

test("[PP7] short bytes that stand for long paths are refused", async () => {
  const path = "/a".repeat(10_000)
  const patch: ExtendedJsonPatch = Array.from({ length: 1000 }, (_, i) => ({
    op: "remove",
    path: `${path}/${i}`
  }))
  const bytes = await packPatch(patch)
  expect(bytes.length).toBeLessThan(1000)
  expect(await errorCode(() => unpackPatch(bytes, { maxBytes: 1_000_000 }))).toBe("codec-limit")
})

test("[PP7] a long name in many paths counts each time", async () => {
  const name = "n".repeat(10_000)
  const patch: ExtendedJsonPatch = Array.from({ length: 1000 }, (_, i) => ({
    op: "remove",
    path: `/${name}/${i}`
  }))
  const bytes = await packPatch(patch)
  expect(await errorCode(() => unpackPatch(bytes, { maxBytes: 1_000_000 }))).toBe("codec-limit")
})

test("[PP7] a long name that one path repeats is refused before the path is put together", async () => {
  const [kinds, tokens] = [new ByteWriter(), new ByteWriter()]
  for (const number of [32 + 31, 0, 600]) kinds.varUint(number)
  // The new name, and 599 times that: more characters than a text can have.
  for (let i = 0; i < 600; i++) tokens.varUint(i === 0 ? 1 : 3)
  const none = new Uint8Array(0)
  const texts = new Uint8Array(1 << 20).fill(0x6e)
  const columns = { kinds: kinds.finish(), tokens: tokens.finish(), structure: none, numbers: none, texts }
  const bytes = kindByte("patch")
  expect(await errorCode(() => unpackPatch(joinBytes(bytes, joinColumns(columns))))).toBe("codec-limit")
})

test("[PP7] more operations or values than the limit are refused", async () => {
  const bytes = await packPatch([{ op: "add", path: "/a", value: [1, 2, 3] }])
  expect(await errorCode(() => unpackPatch(bytes, { maxValues: 3 }))).toBe("codec-limit")
  expect(await errorCode(() => unpackPatch(bytes, { maxValues: 4 }))).toBe("none")
  const blob = await packPatch([{ op: "add", path: "/a", value: new Uint8Array(0) } as never])
  expect(await errorCode(() => unpackPatch(blob, { maxValues: 2 }))).toBe("codec-limit")
  expect(await errorCode(() => unpackPatch(blob, { maxValues: 3 }))).toBe("none")
})
