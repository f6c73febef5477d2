import fc from "fast-check"
import { expect, test } from "vitest"
import { windowPeaks } from "./window-peaks.ts"

test("[VE4] a peak is above all places within reach before it, and not below those within reach after it", () => {
  const places = fc.uniqueArray(fc.nat(200), { maxLength: 60 }).map(all => all.sort((a, b) => a - b))
  fc.assert(
    fc.property(places, fc.func(fc.nat(6)), fc.nat(30), (offsets, scoreAt, reach) => {
      const scores = offsets.map(offset => scoreAt(offset))
      const expected = offsets.map((at, i) =>
        Number(
          offsets.every((other, j) => {
            if (j === i || Math.abs(other - at) > reach) return true
            return j < i ? (scores[j] ?? 0) < (scores[i] ?? 0) : (scores[j] ?? 0) <= (scores[i] ?? 0)
          })
        )
      )
      expect([...windowPeaks(offsets, scores, reach)]).toEqual(expected)
    })
  )
})
