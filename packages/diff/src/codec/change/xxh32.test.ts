import { xxhash32 } from "hash-wasm"
import fc from "fast-check"
import { expect, test } from "vitest"
import { xxh32 } from "./xxh32.ts"

test("[PD3] the check is XXH32, as another implementation computes it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), fc.nat(0xffffffff), async (bytes, seed) => {
      expect(xxh32(bytes, seed).toString(16).padStart(8, "0")).toBe(await xxhash32(bytes, seed))
    })
  )
})
