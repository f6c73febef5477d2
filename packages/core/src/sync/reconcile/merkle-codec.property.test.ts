import { isSynclineError } from "@syncline/clock"
import { MerkleTree, reportNodes } from "@syncline/diff/merkle"
import fc from "fast-check"
import { expect, test } from "vitest"
import { sha256 } from "#platform"
import { maxReportBytes, readAsk, readReports, writeAsk, writeReports } from "./merkle-codec.ts"

const digits = fc.nat(15).map(digit => digit.toString(16))
const prefix = fc.array(digits, { maxLength: 64 }).map(list => list.join(""))
const tree = fc.array(fc.nat(5_000), { maxLength: 400 }).map(numbers => {
  const filled = new MerkleTree(sha256)
  for (const number of numbers) filled.set(sha256(Uint8Array.of(number >> 8, number)), new Uint8Array(32))
  return filled
})

function outcome(read: () => unknown): string {
  try {
    read()
    return "read"
  } catch (error) {
    return isSynclineError(error) ? "typed" : `untyped ${String(error)}`
  }
}

test("[SY48] what is asked of a tree comes back as it was written", () => {
  fc.assert(
    fc.property(fc.array(prefix, { maxLength: 30 }), ask => {
      expect(readAsk(writeAsk(ask))).toEqual(ask)
    })
  )
})

test("[SY48] nodes come back as they were written, in no more bytes than is reckoned", () => {
  fc.assert(
    fc.property(tree, fc.uniqueArray(prefix, { maxLength: 9 }), (filled, some) => {
      const ask = [...new Set(["", "0", "a", "ff", ...some])]
      const reports = reportNodes(filled, ask)
      const written = writeReports(reports)
      expect(readReports(written, ask)).toEqual(reports)
      expect(written.length).toBeLessThanOrEqual(2 + ask.length * maxReportBytes)
    })
  )
})

test("[SY48] any other bytes are refused with a typed error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(prefix, { maxLength: 4 }), (bytes, ask) => {
      expect(outcome(() => readAsk(bytes))).not.toMatch(/untyped/)
      expect(outcome(() => readReports(bytes, ask))).not.toMatch(/untyped/)
    })
  )
})
