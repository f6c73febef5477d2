import { crc32 as zlibCrc32 } from "node:zlib"
import fc from "fast-check"
import { expect, it } from "vitest"
import { crc32 } from "./crc-32.ts"

it("[SY60] browsers compute the checksum that Node's zlib does", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), bytes => {
      expect(crc32(bytes)).toBe(zlibCrc32(bytes))
    })
  )
})
