import { afterEach, expect, it, vi } from "vitest"
import { noise } from "../../testing/noise.ts"
import { matchBytes } from "./match-bytes.ts"
import { VersionPair } from "./version-pair.ts"

const part = noise(1, 70_000)
const old = new Uint8Array(20 * part.length).map((_, index) => part[index % part.length] ?? 0)

/** What is between the differences of a burst is too short to be worth a copy each, and what drifts looks for an anchor. */
function withBursts(everyBytes: number): Uint8Array {
  const next = old.slice()
  for (let at = 1000; at + 200 < next.length; at += everyBytes)
    for (let i = 0; i < 9; i++) next[at + 16 * i] = 1 ^ (next[at + 16 * i] ?? 0)
  return next
}

afterEach(() => vi.restoreAllMocks())

it.each([500, 1200, 2500])(
  "[BD16] bursts of differences %i bytes apart in content that repeats cost less than 64 bytes compared a byte",
  everyBytes => {
    const runs = vi.spyOn(VersionPair.prototype, "run")
    matchBytes(old, withBursts(everyBytes))
    const compared = runs.mock.results.reduce((sum, { value }) => sum + Number(value), 0)
    expect(compared / old.length).toBeLessThan(64)
  }
)
