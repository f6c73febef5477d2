import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { inflateRawSync } from "node:zlib"
import fc from "fast-check"
import { describe, expect, it, test } from "vitest"
import { relatedBytes } from "../../../testing/related-bytes.ts"
import { deflaterSample } from "../deflater-name.ts"
import { zlibDeflate } from "./zlib-deflate.ts"

interface Vectors {
  readonly zlib: {
    readonly sampleSha256: string
    readonly outputs: readonly {
      readonly level: number
      readonly memLevel: number
      readonly bytes: number
      readonly sha256: string
    }[]
  }
}

const path = new URL("../../../../vectors/binary.json", import.meta.url)
const { zlib } = JSON.parse(readFileSync(path, "utf8")) as Vectors

describe("zlibDeflate", () => {
  it("[BG5] is tried on the sample the format describes", () => {
    expect(sha256(deflaterSample())).toBe(zlib.sampleSha256)
  })

  it.each(zlib.outputs)("[BG5] level $level, memory level $memLevel", async setting => {
    const deflated = await zlibDeflate(deflaterSample(), setting.level, setting.memLevel)
    expect([deflated.length, sha256(deflated)]).toEqual([setting.bytes, setting.sha256])
  })
})

test("[BG5] what it makes can be inflated", async () => {
  const levels = fc.integer({ min: 4, max: 9 })
  const memLevels = fc.integer({ min: 1, max: 9 })
  await fc.assert(
    fc.asyncProperty(relatedBytes(), levels, memLevels, async ({ next }, level, memLevel) => {
      expect(new Uint8Array(inflateRawSync(await zlibDeflate(next, level, memLevel)))).toEqual(next)
    })
  )
})

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
