import { gzipSync } from "node:zlib"
import { ByteWriter } from "@syncline/clock/bytes"
import { applyDelta, applyDeltaStream, encodeDelta } from "@syncline/diff/binary"
import { fuzzRandom } from "./fuzz-random.ts"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"
import { mustEqual, orRefused } from "./outcome.ts"

const LIMITS = { maxBytes: 1 << 20, maxDeltaBytes: 1 << 20 }
const LENGTHS_AT = 3
const CHECKS_BYTES = 12
const REFUSALS: readonly string[] = [
  "binary-delta-invalid",
  "binary-base-mismatch",
  "binary-result-mismatch",
  "binary-limit",
  "binary-unsupported"
]

/** Decoders of binary deltas: columns, the same streamed, contents of gzip files. Level `small` has targets of its own. */
export const binaryTargets: readonly FuzzTarget[] = [
  { name: "binary/fast", run: random => fuzzMangled(random, "fast") },
  { name: "binary/fast-stream", run: fuzzStream },
  { name: "binary/fast-operations", run: fuzzOperations },
  { name: "binary/gzip", run: random => fuzzMangled(random, "gzip") }
]

/** A damaged delta gives the new version or is refused. */
async function fuzzMangled(random: FuzzRandom, kind: SampleKind): Promise<FuzzOutcome> {
  const { old, next, delta: valid } = await sample(random, kind)
  const delta = random.mangle(valid)
  const before = [old.slice(), delta.slice()] as const
  const made = await orRefused(REFUSALS, () => applyDelta(old, delta, { limits: LIMITS }))
  mustEqual(old, before[0], "the old version was changed")
  mustEqual(delta, before[1], "a delta was changed")
  if (made === undefined) return "refused"
  mustEqual(made, next, "a damaged delta made another version")
  return "accepted"
}

/** Whatever the buffered form says of a delta, the streamed form says, however the delta was cut. */
async function fuzzStream(random: FuzzRandom): Promise<FuzzOutcome> {
  const { old, delta: valid } = await sample(random, "fast")
  const delta = random.mangle(valid)
  const whole = await orRefused(REFUSALS, () => applyDelta(old, delta, { limits: LIMITS }))
  const streamed = await orRefused(REFUSALS, () => collect(old, cut(random, delta)))
  // A result that is right proves its base, whatever the delta says of it; a stream has nothing but the delta's word.
  if (whole !== undefined && streamed === undefined && isSameBase(delta, valid))
    throw new Error("streaming refused what is right")
  if (streamed === undefined) return "refused"
  if (whole === undefined) throw new Error("streaming accepted what is wrong")
  mustEqual(streamed, whole, "streaming changed the result")
  return "accepted"
}

/** Operations that are mostly possible, behind a header that is right but for the checksum. */
async function fuzzOperations(random: FuzzRandom): Promise<FuzzOutcome> {
  const { old, next, delta: valid } = await sample(random, "fast")
  // One in sixteen as it is, so that the target is seen to accept.
  if (random.below(16) === 0) return fuzzValid(old, next, valid)
  const out = new ByteWriter()
  out.bytes(headerOf(valid))
  const blocks = random.below(3)
  for (let i = 0; i <= blocks; i++) {
    const block = operations(random, old.length)
    out.u8(i === blocks ? 0x80 : 0)
    if (i < blocks) out.varUint(block.length)
    out.bytes(block)
  }
  const made = await orRefused(REFUSALS, () => applyDelta(old, out.finish(), { limits: LIMITS }))
  if (made === undefined) return "refused"
  mustEqual(made, next, "operations nobody wrote were accepted")
  return "accepted"
}

/** What comes before the body: two numbers of any length and two checksums follow the first bytes. */
function headerOf(delta: Uint8Array): Uint8Array {
  let at = LENGTHS_AT
  for (let numbers = 0; numbers < 2 && at < delta.length; at++) if ((delta[at] ?? 0) < 0x80) numbers++
  return delta.subarray(0, at + CHECKS_BYTES)
}

function isSameBase(delta: Uint8Array, valid: Uint8Array): boolean {
  return Buffer.compare(baseCheck(delta), baseCheck(valid)) === 0
}

function baseCheck(delta: Uint8Array): Uint8Array {
  return headerOf(delta).slice(-CHECKS_BYTES, 4 - CHECKS_BYTES)
}

async function fuzzValid(old: Uint8Array, next: Uint8Array, delta: Uint8Array): Promise<FuzzOutcome> {
  mustEqual(await applyDelta(old, delta, { limits: LIMITS }), next, "a whole delta made another version")
  return "accepted"
}

/** A payload of some operations: heads and tails in columns, some of them absurd. */
function operations(random: FuzzRandom, oldBytes: number): Uint8Array {
  const count = random.below(5)
  const heads = Array.from({ length: 3 * count }, () => head(random, oldBytes))
  const out = new ByteWriter()
  out.varUint(random.below(20) === 0 ? random.below(1 << 28) : count)
  for (const byte of heads) out.u8(byte)
  const literals = heads.slice(0, count).reduce((sum, byte) => sum + byte, 0)
  out.bytes(random.bytes(Math.max(0, literals + (random.below(8) === 0 ? random.below(9) - 4 : 0))))
  return out.finish()
}

function head(random: FuzzRandom, oldBytes: number): number {
  if (random.below(12) === 0) return 128 + random.below(128)
  // Operations that make nothing.
  if (random.below(8) === 0) return 0
  return random.below(Math.min(128, oldBytes + 2))
}

type SampleKind = "fast" | "gzip"

interface Sample {
  readonly old: Uint8Array
  readonly next: Uint8Array
  readonly delta: Uint8Array
}

const samples = new Map<string, Promise<Sample>>()

/** One of a thousand valid deltas. They are kept: making one takes longer than decoding many. */
function sample(random: FuzzRandom, kind: SampleKind): Promise<Sample> {
  const seed = random.below(kind === "gzip" ? 50 : 500)
  const key = `${kind} ${seed}`
  let known = samples.get(key)
  if (known === undefined) samples.set(key, (known = makeSample(fuzzRandom(seed), kind)))
  return known
}

async function makeSample(random: FuzzRandom, kind: SampleKind): Promise<Sample> {
  const content = random.bytes(200 + random.below(800)).map(byte => byte & 0x5f)
  const changed = edited(random, edited(random, edited(random, content)))
  const old = kind === "gzip" ? zipped(content) : content
  const next = kind === "gzip" ? zipped(changed) : changed
  const delta = await encodeDelta(old, next, random.below(2) === 0 && kind === "fast" ? { accept: [] } : {})
  return { old, next, delta }
}

function edited(random: FuzzRandom, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length)
  const end = Math.min(bytes.length, at + random.below(60))
  const from = random.below(bytes.length)
  const moved = bytes.subarray(from, from + random.below(60))
  const inserted = random.bytes(random.below(30))
  return new Uint8Array(Buffer.concat([bytes.subarray(0, at), inserted, moved, bytes.subarray(end)]))
}

function zipped(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(bytes))
}

function cut(random: FuzzRandom, bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = random.below(40)
    pieces.push(bytes.subarray(at, at + length))
    at += length
  }
  return pieces
}

async function collect(old: Uint8Array, pieces: readonly Uint8Array[]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of applyDeltaStream(old, pieces, { limits: LIMITS })) chunks.push(chunk)
  return new Uint8Array(Buffer.concat(chunks))
}
