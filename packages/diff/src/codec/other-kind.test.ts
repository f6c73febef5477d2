import { expect, test } from "vitest"
import { pack, unpack } from "./pack.ts"
import { packChange } from "./pack-change.ts"
import { packPatch } from "./pack-patch.ts"
import { unpackChange } from "./unpack-change.ts"
import { unpackPatch } from "./unpack-patch.ts"

const value = await pack({ a: 1 })
const patch = await packPatch([{ op: "remove", path: "/a" }])
const change = await packChange({ a: 1 }, {})

test.each<[string, () => Promise<unknown>, RegExp]>([
  [
    "a patch to unpack",
    () => unpack(patch),
    /holds a short patch, which `unpackPatch` reads and not `unpack`/
  ],
  ["a change to unpack", () => unpack(change), /holds a change by short patch, which `unpackChange` reads/],
  ["a value to unpackPatch", () => unpackPatch(value), /holds a value, which `unpack` reads/],
  ["a change to unpackPatch", () => unpackPatch(change), /change by short patch, which `unpackChange` reads/],
  ["a value to unpackChange", () => unpackChange({}, value), /holds a value, which `unpack` reads/],
  ["a patch to unpackChange", () => unpackChange({}, patch), /`unpackPatch` reads and not `unpackChange`/]
])("[PK6] %s: the envelope says what it holds", async (_, run, message) => {
  await expect(run()).rejects.toThrow(message)
  await expect(run()).rejects.toMatchObject({ code: "codec-invalid" })
})

test.each(["{}", "[1]", "Text", "<xml>"])("[PK6] %s is no envelope, and called none", async text => {
  const bytes = new TextEncoder().encode(text)
  await expect(unpack(bytes)).rejects.toThrow(/these bytes are no envelope/)
  await expect(unpackPatch(bytes)).rejects.toThrow(/these bytes are no envelope/)
  await expect(unpackChange({}, bytes)).rejects.toThrow(/these bytes are no envelope/)
})
