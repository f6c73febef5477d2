import { applyDelta, encodeDelta } from "@syncline/diff/binary"
import { fuzzRandom } from "./fuzz-random.ts"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"
import { mustEqual, orRefused } from "./outcome.ts"

const LIMITS = { maxBytes: 1 << 20, maxDeltaBytes: 1 << 20 }
const MIXED = 0x11
const KIND_AT = 2
const CHECKS_BYTES = 12
const SAMPLES = 300
const REFUSALS: readonly string[] = [
  "binary-delta-invalid",
  "binary-base-mismatch",
  "binary-result-mismatch",
  "binary-limit",
  "binary-unsupported"
]

/** The decoder of `mixed` deltas: damaged anywhere, and damaged behind an intact header, so that the coder is reached. */
export const mixingTargets: readonly FuzzTarget[] = [
  { name: "binary/mixed", share: 0.25, run: random => fuzzMixed(random, delta => random.mangle(delta)) },
  {
    name: "binary/mixed-body",
    share: 0.5,
    run: random => fuzzMixed(random, delta => withBody(random, delta))
  }
]

type Damage = (delta: Uint8Array) => Uint8Array

/** A damaged delta gives the new version or is refused. */
async function fuzzMixed(random: FuzzRandom, damage: Damage): Promise<FuzzOutcome> {
  const { old, next, delta: valid } = await sample(random)
  const delta = damage(valid)
  const before = [old.slice(), delta.slice()] as const
  const made = await orRefused(REFUSALS, () => applyDelta(old, delta, { limits: LIMITS }))
  mustEqual(old, before[0], "the old version was changed")
  mustEqual(delta, before[1], "a delta was changed")
  if (made === undefined) return "refused"
  mustEqual(made, next, "a damaged delta made another version")
  return "accepted"
}

/** The same header before a damaged body, or before one that nobody wrote: the coder makes operations of any bytes. */
function withBody(random: FuzzRandom, delta: Uint8Array): Uint8Array {
  const from = headerBytes(delta)
  const body = delta.subarray(from)
  const damaged = random.below(4) === 0 ? random.bytes(random.below(60)) : random.mangle(body)
  return new Uint8Array(Buffer.concat([delta.subarray(0, from), damaged]))
}

/** Two numbers of any length and two checksums follow the first bytes. */
function headerBytes(delta: Uint8Array): number {
  let at = KIND_AT + 1
  for (let numbers = 0; numbers < 2 && at < delta.length; at++) if ((delta[at] ?? 0) < 0x80) numbers++
  return at + CHECKS_BYTES
}

interface Sample {
  readonly old: Uint8Array
  readonly next: Uint8Array
  readonly delta: Uint8Array
}

const samples = new Map<number, Promise<Sample>>()

/** One of some valid deltas. They are kept: making one takes longer than decoding many. */
function sample(random: FuzzRandom): Promise<Sample> {
  const seed = random.below(SAMPLES)
  let known = samples.get(seed)
  if (known === undefined) samples.set(seed, (known = makeSample(fuzzRandom(seed))))
  return known
}

/** Small versions for which the model is the best coder: text is edited until it is. */
async function makeSample(random: FuzzRandom): Promise<Sample> {
  for (;;) {
    const old = words(random, random.below(1500))
    let next = old
    for (let edits = 1 + random.below(5); edits > 0; edits--) next = edited(random, next)
    const delta = await encodeDelta(old, next, { level: "small", accept: ["mixing"] })
    if (delta[KIND_AT] === MIXED) return { old, next, delta }
  }
}

function words(random: FuzzRandom, length: number): Uint8Array {
  const known = Array.from({ length: 20 }, () => random.bytes(1 + random.below(9)).map(byte => byte & 0x7f))
  const text: Uint8Array[] = []
  for (let bytes = 0; bytes < length; bytes += text.at(-1)?.length ?? 0)
    text.push(known[random.below(known.length)] ?? new Uint8Array(1))
  return new Uint8Array(Buffer.concat(text))
}

function edited(random: FuzzRandom, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1)
  const end = Math.min(bytes.length, at + random.below(40))
  const from = random.below(bytes.length + 1)
  const moved = bytes.subarray(from, from + random.below(60))
  const inserted = words(random, random.below(40))
  return new Uint8Array(Buffer.concat([bytes.subarray(0, at), inserted, moved, bytes.subarray(end)]))
}
