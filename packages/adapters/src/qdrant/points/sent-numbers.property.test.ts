import fc from "fast-check"
import { expect, it } from "vitest"
import { sentNumbers } from "./sent-numbers.ts"

const number = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ min: -1, max: 1, noNaN: true })
)

it("[QD6] numbers of vectors are sent with few digits, and are read as the same 32-bit floats, also by who reads the last bit wrong", () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 20 }), numbers => {
      const vector = Float32Array.from(numbers)
      const sent = JSON.parse(JSON.stringify(sentNumbers(vector))) as number[]
      for (const off of [1 - Number.EPSILON, 1, 1 + Number.EPSILON])
        expect(Float32Array.from(sent, each => each * off).map(each => each + 0)).toEqual(
          vector.map(each => each + 0)
        )
    })
  )
})

it("[QD6] most numbers of an embedding take ten digits at most", () => {
  const vector = Float32Array.from({ length: 384 }, (_, i) => Math.sin(i + 1) / 14)
  const digits = sentNumbers(vector).map(each => String(Math.abs(each)).replace(/^[0.]*/, "").length)
  expect(digits.filter(length => length <= 10).length).toBeGreaterThan(370)
})
