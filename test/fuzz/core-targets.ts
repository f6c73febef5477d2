import { isDeepStrictEqual } from "node:util"
import { isSynclineError } from "@syncline/clock"
import fc from "fast-check"
import { decodeCommits } from "../../packages/core/src/codec/commit-decoder.ts"
import { encodeCommits } from "../../packages/core/src/codec/commit-encoder.ts"
import { pack, unpack } from "../../packages/core/src/codec/envelope.ts"
import { decodeBase, decodeHead, encodeBase, encodeHead } from "../../packages/core/src/codec/facts-codec.ts"
import { parseDocumentId } from "../../packages/core/src/document/document-id.ts"
import { readFrame } from "../../packages/core/src/sync/frame-reader.ts"
import { writeFrame } from "../../packages/core/src/sync/frame-writer.ts"
import { facts, history } from "../../packages/core/src/testing/commit-arbitraries.ts"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"
import { mangleMessage, mutateFrame } from "./mutate-frame.ts"
import { recordedFrames } from "./recorded-frames.ts"

const samples = 300
const limits = {
  maxBytes: 1 << 20,
  maxCommits: 1_000,
  maxFanIn: 100,
  maxReferences: 10_000,
  maxMetaBytes: 1_000
}
const maxFrameBytes = 1 << 18
const id = parseDocumentId("notes/1")
const refusals = /^(?:frame|protocol|codec|document|actor|bytes|version|clock)-/

// Made once: drawing a history costs a thousand times what reading a damaged one does.
const draw = <T>(values: fc.Arbitrary<T>): readonly T[] => fc.sample(values, { seed: 1, numRuns: samples })
const batches = draw(history).map(commits => encodeCommits(commits))
const heads = draw(facts).map(head => encodeHead(head))
const bases = draw(facts).map(base =>
  encodeBase({ document: id, facts: base, snapshot: new Uint8Array(20).fill(7) })
)

/** What comes from peers and from stores: frames, commits, heads, bases. */
export const coreTargets: readonly FuzzTarget[] = [
  {
    name: "core/frame",
    run: random =>
      outcome(mangleMessage(one(random, recordedFrames()).message, random), message => {
        const { ordinal, frame } = readFrame(message, maxFrameBytes)
        mustSurvive(frame, readFrame(writeFrame(ordinal, frame), 2 * maxFrameBytes).frame)
      })
  },
  {
    name: "core/mutated-frame",
    run: random => {
      const frame = mutateFrame(one(random, recordedFrames()).frame, random)
      const message = orUndefined(() => writeFrame(1, frame))
      if (message === undefined) return "refused"
      return outcome(message, () => {
        const { frame: read } = readFrame(message, maxFrameBytes)
        mustSurvive(read, readFrame(writeFrame(1, read), 2 * maxFrameBytes).frame)
      })
    }
  },
  {
    name: "core/commits",
    run: random =>
      outcome(random.mangle(maybePlain(random, one(random, batches))), input => {
        const commits = decodeCommits(input, limits)
        if (commits.length > limits.maxCommits) throw new Error("more commits than allowed")
      })
  },
  {
    name: "core/head",
    run: random => outcome(random.mangle(one(random, heads)), input => void decodeHead(input))
  },
  {
    name: "core/base",
    run: random =>
      outcome(random.mangle(one(random, bases)), input => void decodeBase(input, limits.maxBytes))
  }
]

/** Without its compression, where most damage would only be noticed by that. */
function maybePlain(random: FuzzRandom, packed: Uint8Array): Uint8Array {
  const content = unpack(packed, limits.maxBytes)
  return random.below(4) === 0 ? pack(content) : Uint8Array.of(0, ...content)
}

function one<T>(random: FuzzRandom, values: readonly T[]): T {
  const value = values[random.below(values.length)]
  if (value === undefined) throw new RangeError("there is nothing to draw from")
  return value
}

function orUndefined<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

function mustSurvive(value: unknown, again: unknown): void {
  if (!isDeepStrictEqual(again, value)) throw new Error("what was accepted does not survive being written")
}

/** Reads, and turns the errors that are documented into an outcome. The input must stay as it was. */
function outcome(input: Uint8Array, read: (input: Uint8Array) => void): FuzzOutcome {
  const before = input.slice()
  const result = orUndefinedIfRefused(() => {
    read(input)
    return "accepted" as const
  })
  if (!isDeepStrictEqual(input, before)) throw new Error("a decoder changed its input")
  return result ?? "refused"
}

function orUndefinedIfRefused<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (isSynclineError(error) && refusals.test(error.code)) return undefined
    throw error
  }
}
