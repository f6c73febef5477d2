import { type ActorId, parseActorId } from "@syncline/clock"
import { type PeerID, VersionVector as LoroVersionVector } from "loro-crdt"
import type { VClock } from "@thi.ng/vclock"

/** The same vector for every library of the comparison: seqs by actor, in the order the actors were met. */
export type SharedVector = ReadonlyMap<ActorId, number>

/** Actors with random 64-bit ids, the same for the same seed. */
export function randomActors(count: number, random: () => number): ActorId[] {
  return Array.from({ length: count }, () => {
    const digits = Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16))
    return parseActorId(digits.join(""))
  })
}

/** A small generator with a seed, so that every run measures the same vectors (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** As `@thi.ng/vclock` has it: a plain object. */
export function toThing(vector: SharedVector): VClock {
  return Object.fromEntries(vector)
}

/** As `loro-crdt` has it: peers are decimal 64-bit numbers. */
export function toLoro(vector: SharedVector): LoroVersionVector {
  const entries = [...vector].map(([actor, seq]) => [BigInt(`0x${actor}`).toString() as PeerID, seq] as const)
  return new LoroVersionVector(new Map(entries))
}
