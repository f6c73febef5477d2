import fc from "fast-check"
import { expect, test } from "vitest"
import { relatedBytes } from "../../testing/related-bytes.ts"
import type { CopyScript } from "./copy-script.ts"
import { matchBytes } from "./match-bytes.ts"

test("[BD1] a script gives the new version", () => {
  fc.assert(
    fc.property(relatedBytes(), ({ old, next }) => {
      expect(play(old, next, matchBytes(old, next))).toEqual(next)
    })
  )
})

test("[BD1] only the last entry of a script copies nothing", () => {
  fc.assert(
    fc.property(relatedBytes(), ({ old, next }) => {
      const { count, copyLengths } = matchBytes(old, next)
      expect(copyLengths.subarray(0, Math.max(0, count - 1))).not.toContain(0)
    })
  )
})

function play(old: Uint8Array, next: Uint8Array, script: CopyScript): Uint8Array {
  const out: number[] = []
  for (let i = 0; i < script.count; i++) {
    out.push(...next.subarray(out.length, out.length + (script.literalLengths[i] ?? 0)))
    const from = script.copyFrom[i] ?? 0
    out.push(...old.subarray(from, from + (script.copyLengths[i] ?? 0)))
  }
  return Uint8Array.from(out)
}
