import { isSynclineError } from "@syncline/clock"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Carried, type Carriage, carry, seededBytes } from "./transfer-fixture.ts"

interface Versions {
  readonly old: Uint8Array
  readonly next: Uint8Array
}

/** A content of stretches, and one that has most of them, edited, moved, repeated, some left out, some new. */
const versions: fc.Arbitrary<Versions> = fc
  .record({
    lengths: fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 8 }),
    order: fc.array(fc.tuple(fc.nat(9), fc.nat(), fc.uint8Array({ maxLength: 3 })), { maxLength: 8 }),
    kept: fc.boolean()
  })
  .map(({ lengths, order, kept }) => {
    const stretches = lengths.map((length, i) => seededBytes(i, length))
    const edited = order.map(([index, place, bytes]) => {
      const stretch = stretches[index] ?? seededBytes(100 + index, 500)
      const at = place % (stretch.length + 1)
      return joined([stretch.subarray(0, at), bytes, stretch.subarray(at + bytes.length)])
    })
    return { old: joined(stretches), next: joined(kept ? [...stretches, ...edited] : edited) }
  })

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** What came of it, or the code it failed with. */
async function outcome({ old, next }: Versions, carriage: Carriage): Promise<Carried | string> {
  try {
    return await carry(old, next, carriage)
  } catch (error) {
    if (isSynclineError(error)) return error.code
    throw error
  }
}

describe("transfers", () => {
  it("[MR1] end with exactly the content of the other side", async () => {
    await fc.assert(
      fc.asyncProperty(
        versions,
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        async ({ old, next }, key) => {
          const before = [old.slice(), next.slice()]
          const { content, senderDone } = await carry(old, next, { sending: { key } })
          expect(content).toEqual(next)
          expect(senderDone).toBe(true)
          expect([old, next]).toEqual(before)
        }
      )
    )
  })

  it("[MR2] end with exactly that or an error of their own, whatever becomes of messages on their way", async () => {
    const damage = fc.record({
      message: fc.nat(12),
      place: fc.nat(),
      removed: fc.nat(3),
      inserted: fc.uint8Array({ maxLength: 3 })
    })
    await fc.assert(
      fc.asyncProperty(versions, damage, async (both, { message, place, removed, inserted }) => {
        const tamper = (bytes: Uint8Array, index: number): Uint8Array => {
          if (index !== message) return bytes
          const at = place % (bytes.length + 1)
          return joined([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)])
        }
        const result = await outcome(both, { tamper, receiving: { maxBytes: 100_000 } })
        expect(typeof result === "string" ? result : result.content).toSatisfy(
          (end: unknown) =>
            (typeof end === "string" && end.startsWith("rounds-")) ||
            (end instanceof Uint8Array && Buffer.compare(end, both.next) === 0)
        )
      })
    )
  })
})
