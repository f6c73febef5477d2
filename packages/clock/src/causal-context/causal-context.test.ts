import { expect, test } from "vitest"
import { type ActorId, parseActorId } from "../actor/actor-id.ts"
import { codeOf } from "../testing/error-code.ts"
import { VersionVector } from "../version-vector/version-vector.ts"
import { CausalContext } from "./causal-context.ts"

const MAX = Number.MAX_SAFE_INTEGER
const [a, b] = ["000000000000000a", "000000000000000b"].map(parseActorId) as [ActorId, ActorId]
const id = (last: number): number[] => [0, 0, 0, 0, 0, 0, 0, last]
const gapped = CausalContext.from(VersionVector.from([[a, 2]]), [
  { actor: a, from: 5, to: 6 },
  { actor: b, from: 3, to: 3 }
])

test("[CC2] a dot that closes a gap moves everything up to the next one into the vector", () => {
  const closed = gapped.with({ actor: a, seq: 4 }).with({ actor: a, seq: 3 })
  expect(closed.vector.get(a)).toBe(6)
  expect(closed.cloud).toEqual([{ actor: b, from: 3, to: 3 }])
  expect(closed.gaps()).toEqual([{ actor: b, from: 1, to: 2 }])
})

test("[CC1] adding what is there changes nothing", () => {
  expect(gapped.with({ actor: a, seq: 6 })).toBe(gapped)
  expect(gapped.withRanges([])).toBe(gapped)
})

test.each([
  { actor: a, from: 0, to: 1 },
  { actor: a, from: 2, to: 1 },
  { actor: a, from: 1, to: MAX + 1 },
  { actor: a, from: 1.5, to: 2 }
])("[CC1] %j is no range", range => {
  expect(codeOf(() => CausalContext.empty.withRanges([range]))).toBe("dot-invalid")
})

test("[CC4] there is no dot after the last", () => {
  const last = CausalContext.empty.with({ actor: a, seq: MAX })
  expect(codeOf(() => last.next(a))).toBe("vector-overflow")
})

test("[CC5] the bytes are pinned", () => {
  const bytes = Uint8Array.from([4, ...id(10), 1, 2, ...id(10), 0, 1, 1, ...id(11), 0, 1, 0])
  expect(gapped.encode()).toEqual(bytes)
  expect(CausalContext.decode(bytes).equals(gapped)).toBe(true)
})

test.each([
  ["actors out of order", [0, 2, ...id(11), 0, 0, 0, ...id(10), 0, 0, 0], {}, "bytes-non-canonical"],
  [
    "more actors than ranges",
    [0, 2, ...id(10), 0, 0, 0, ...id(11), 0, 0, 0],
    { maxRanges: 1 },
    "bytes-limit"
  ],
  [
    "too many ranges over all",
    [0, 2, ...id(10), 1, 0, 0, 0, 0, ...id(11), 1, 0, 0, 0, 0],
    { maxRanges: 3 },
    "bytes-limit"
  ],
  ["too many ranges of one actor", [0, 1, ...id(10), 1, 0, 0, 0, 0], { maxRanges: 1 }, "bytes-limit"],
  ["a range that starts too high", [0, 1, ...id(10), 0, 9, 0], { maxSeq: 10 }, "bytes-limit"],
  ["a range that ends too high", [0, 1, ...id(10), 0, 0, 9], { maxSeq: 10 }, "bytes-limit"],
  ["more bytes than allowed", [0, 0], { maxBytes: 1 }, "bytes-limit"],
  ["an end too early", [0, 1, ...id(10), 0], {}, "bytes-truncated"]
])("[CC5] a decoder refuses %s", (_what, bytes, limits, code) => {
  expect(codeOf(() => CausalContext.decode(Uint8Array.from(bytes), { limits }))).toBe(code)
})
