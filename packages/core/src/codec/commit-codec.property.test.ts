import { isSynclineError } from "@syncline/clock"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { Commit } from "../commit/commit.ts"
import { bytes, history } from "../testing/commit-arbitraries.ts"
import { decodeCommits } from "./commit-decoder.ts"
import { encodeCommits } from "./commit-encoder.ts"
import { pack, unpack } from "./envelope.ts"
import type { PackedCommit } from "./packed-commit.ts"

const limits = {
  maxBytes: 100_000,
  maxCommits: 1_000,
  maxFanIn: 100,
  maxReferences: 10_000,
  maxMetaBytes: 1_000
}

/** What a decoder can know: hashes only where they are in the batch. */
function withHashes(packed: readonly PackedCommit[], commits: readonly Commit[]): unknown[] {
  const hashOf = new Map(
    commits.map(({ document, dot, hash }) => [`${document}${dot.actor}${dot.seq}`, hash])
  )
  return packed.map(commit => ({
    ...commit,
    check8: undefined,
    seen: [...(commit.seen?.encode() ?? [])],
    dependencies: commit.dependencies.map(({ actor, seq, hash8 }) => ({
      actor,
      seq,
      hash8: [...(hash8 ?? hashOf.get(`${commit.document}${actor}${seq}`)?.subarray(0, 8) ?? [])]
    })),
    update: [...commit.update]
  }))
}

test("[CO1] a batch is read as it was written, updates to the byte, whatever its documents, actors and runs", () => {
  fc.assert(
    fc.property(history, fc.nat(), (commits, skip) => {
      const batch = commits.slice(skip % (commits.length + 1))
      const packed = decodeCommits(encodeCommits(batch))
      const expected = batch.map(commit => ({ ...commit, hash: undefined }))
      expect(withHashes(packed, batch)).toEqual(withHashes(expected, []))
    })
  )
})

test("[CO2] the last commit of each chain in a batch carries the first eight bytes of its hash, no other does", () => {
  fc.assert(
    fc.property(history, commits => {
      const last = new Map(commits.map(commit => [`${commit.document}${commit.dot.actor}`, commit]))
      const packed = decodeCommits(encodeCommits(commits))
      for (const [i, commit] of commits.entries()) {
        const isLast = last.get(`${commit.document}${commit.dot.actor}`) === commit
        expect(packed[i]?.check8).toEqual(isLast ? commit.hash.subarray(0, 8) : undefined)
      }
    })
  )
})

test("[CO3] equal batches are equal bytes", () => {
  fc.assert(
    fc.property(history, commits => {
      const copies = commits.map(commit => ({ ...commit, update: commit.update.slice() }))
      expect(encodeCommits(copies)).toEqual(encodeCommits(commits))
    })
  )
})

test("[CO4] cut, changed and random bytes are refused with typed errors or read as something else, never more", () => {
  const damage = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat({ max: 255 }),
    cut: fc.boolean()
  })
  let refused = 0
  fc.assert(
    fc.property(
      history,
      fc.array(damage, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (commits, damages, isPlain) => {
        const whole = encodeCommits(commits)
        // Inside the compression, where most damage would only be noticed by it.
        let broken = isPlain ? Uint8Array.from([0, ...unpack(whole, 1e6)]) : whole.slice()
        for (const { at, byte, cut } of damages) {
          const index = Math.floor(at * (broken.length - 1))
          if (cut) broken = broken.slice(0, index)
          else broken[index] = byte
        }
        refused += refusal(broken)
      }
    ),
    { numRuns: 2000 }
  )
  fc.assert(
    fc.property(bytes({ maxLength: 200 }), random => void (refused += refusal(random))),
    { numRuns: 2000 }
  )
  expect(refused).toBeGreaterThan(1000)
})

function refusal(broken: Uint8Array): number {
  try {
    decodeCommits(broken, limits)
    return 0
  } catch (error) {
    if (isSynclineError(error)) return 1
    throw error
  }
}

test("[CO5] packing costs at most one byte, and unpacking gives it back", () => {
  fc.assert(
    fc.property(bytes({ maxLength: 3_000 }), fc.nat({ max: 200 }), (content, repeat) => {
      const long = Uint8Array.from([...content, ...new Uint8Array(repeat).fill(7)])
      const packed = pack(long)
      expect(packed.length).toBeLessThanOrEqual(long.length + 1)
      expect([...unpack(packed, long.length)]).toEqual([...long])
    })
  )
})
