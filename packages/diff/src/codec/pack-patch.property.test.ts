import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { expect, test } from "vitest"
import { errorCode } from "../testing/error-code.ts"
import { extendedPatch } from "../testing/json-patches.ts"
import { packPatch } from "./pack-patch.ts"
import { patchColumns, patchRows } from "./patch/patch-writer.ts"
import { unpackPatch } from "./unpack-patch.ts"

test("[PP1] every patch comes back as it was, members of values in order", async () => {
  await fc.assert(
    fc.asyncProperty(extendedPatch, async patch => {
      const back = await unpackPatch(await packPatch(patch))
      expect(isDeepStrictEqual(back, patch)).toBe(true)
      expect(await unpackPatch(Uint8Array.of(16, ...patchColumns(patch)))).toEqual(back)
      expect(await unpackPatch(Uint8Array.of(32, ...patchRows(patch)))).toEqual(back)
      expect(JSON.stringify(back.map(memberOrder))).toBe(JSON.stringify(patch.map(memberOrder)))
    })
  )
})

test("[PP6] any change to a packed patch ends in a patch or a typed error, within the limits", async () => {
  const limits = { maxBytes: 100_000, maxValues: 10_000 }
  await fc.assert(
    fc.asyncProperty(
      extendedPatch,
      fc.nat(),
      fc.nat(255),
      fc.nat(2),
      fc.boolean(),
      async (patch, at, byte, cut, columns) => {
        const bytes = columns
          ? Uint8Array.of(16, ...patchColumns(patch))
          : Uint8Array.of(32, ...patchRows(patch))
        bytes[at % bytes.length] = byte
        expect(await errorCode(() => unpackPatch(bytes.subarray(0, bytes.length - cut), limits))).toMatch(
          /^(none|codec-(invalid|limit|too-deep)|compression-(invalid|limit)|bytes-(truncated|limit|invalid|non-canonical|trailing))$/
        )
      }
    )
  )
})

function memberOrder(operation: object): unknown {
  return "value" in operation ? operation.value : 0
}
