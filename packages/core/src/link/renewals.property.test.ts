import fc from "fast-check"
import { expect, test } from "vitest"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { Authorize } from "./authorization.ts"
import type { Closed } from "./transport.ts"

const history = fc.record({
  seed: fc.nat(),
  steps: fc.array(
    fc.record({
      kind: fc.constantFrom("reauthorize", "credentials fail", "credentials work", "write"),
      thenMs: fc.integer({ min: 0, max: 9_000 })
    }),
    { minLength: 5, maxLength: 40 }
  )
})

/** A grant that ends again and again, credentials and decisions that take their time, and why connections ended. */
async function play({ seed, steps }: typeof history extends fc.Arbitrary<infer H> ? H : never) {
  const fleet = new LinkFleet(seed, 2)
  const { time, random } = fleet
  const after = <T>(maxMs: number, value: () => T) =>
    new Promise<T>((resolve, reject) => {
      time.schedule(random.integer(maxMs), () => {
        try {
          resolve(value())
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      })
    })
  let isDown = false
  let renewals = 0
  const credentials = () =>
    after(4_000, () => {
      renewals++
      if (isDown) throw new Error("the token service is down")
      return random.bytes(4)
    })
  const authorize: Authorize = () => {
    const expiresAt = time.nowMs() + 4_000 + random.integer(30_000)
    return after(3_000, () => ({ read: "all" as const, expiresAt }))
  }
  const link = fleet.connect(0, 1, { credentials, backoff: { baseMs: 10, maxMs: 100 } }, { authorize })
  const ends: Closed["reason"][] = []
  link.onProblem(problem => problem.kind === "disconnected" && ends.push(problem.closed.reason))
  for (const { kind, thenMs } of steps) {
    if (kind === "write") fleet.write(1)
    else if (kind === "reauthorize") void fleet.accepted.at(-1)?.reauthorize()
    else isDown = kind === "credentials fail"
    await time.advance(thenMs)
  }
  isDown = false
  return { fleet, link, ends, renewals }
}

test("[GR39] whatever overlaps, a link ends only because credentials did not come in time, and is in sync afterwards", async () => {
  let [renewed, expired] = [0, 0]
  await fc.assert(
    fc.asyncProperty(history, async one => {
      const { fleet, link, ends, renewals } = await play(one)
      // "internal": credentials that could not be had before there was a connection.
      expect(ends.filter(reason => reason !== "expired" && reason !== "internal")).toEqual([])
      expect(await fleet.synced(link)).toBe(true)
      expect(fleet.converged).toBe(true)
      renewed += renewals - link.metrics.connections
      expired += ends.length
      link.close()
    }),
    { numRuns: Number(process.env["SYNCLINE_RUNS"] ?? 60) }
  )
  expect(Math.min(renewed, expired)).toBeGreaterThan(0)
})
