import { ByteWriter } from "@syncline/clock/bytes"
import { deltaToBytes, patchToBytes, signatureToBytes } from "@syncline/diff/rsync"
import { KeyedHash } from "../../packages/diff/src/rsync/keyed-hash.ts"
import { fuzzRandom } from "./fuzz-random.ts"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"
import { mustEqual, orRefused } from "./outcome.ts"

const CHECK_BYTES = 8
const KEY_AT = 4
const KEY_BYTES = 32
const MAX_BYTES = 1 << 20

/** Decoders of remote deltas: signatures as the side with the new version reads them, deltas as the old one does. */
export const rsyncTargets: readonly FuzzTarget[] = [
  { name: "rsync/signature", run: fuzzSignature },
  { name: "rsync/delta", run: fuzzDelta },
  { name: "rsync/delta-windows", run: fuzzWindows }
]

/** A damaged signature is refused; with its checksum put right, a delta made by it gives the content or a mismatch. */
async function fuzzSignature(random: FuzzRandom): Promise<FuzzOutcome> {
  const { old, next, signature: valid } = await sample(random)
  const mangled = random.mangle(valid)
  const signature = random.below(2) === 0 ? mangled : await sealed(mangled)
  const before = signature.slice()
  const delta = await orRefused(["rsync-signature-invalid", "rsync-limit"], () =>
    deltaToBytes(signature, next)
  )
  mustEqual(signature, before, "a signature was changed")
  if (delta === undefined) return "refused"
  const made = await orRefused(["rsync-mismatch", "rsync-delta-invalid"], () => patchToBytes(old, delta))
  if (made === undefined) return "refused"
  mustEqual(made, next, "a delta made other content")
  return "accepted"
}

/** A damaged delta gives the content or is refused. */
async function fuzzDelta(random: FuzzRandom): Promise<FuzzOutcome> {
  const { old, next, delta: valid } = await sample(random)
  const delta = random.mangle(valid)
  const before = [old.slice(), delta.slice()] as const
  const made = await orRefused(["rsync-mismatch", "rsync-delta-invalid", "rsync-limit"], () =>
    patchToBytes(old, delta, { maxBytes: MAX_BYTES })
  )
  mustEqual(old, before[0], "the old version was changed")
  mustEqual(delta, before[1], "a delta was changed")
  if (made === undefined) return "refused"
  mustEqual(made, next, "a damaged delta made other content")
  return "accepted"
}

/** Windows of runs that are mostly possible: only the check at the end, which they lack, tells that nobody sent them. */
async function fuzzWindows(random: FuzzRandom): Promise<FuzzOutcome> {
  const { old, next, delta: valid } = await sample(random)
  // One in sixteen as it is, so that the target is seen to accept.
  const isWhole = random.below(16) === 0
  const delta = isWhole ? valid : withWindows(random, valid, old.length)
  const made = await orRefused(["rsync-mismatch", "rsync-delta-invalid", "rsync-limit"], () =>
    patchToBytes(old, delta, { maxBytes: MAX_BYTES })
  )
  if (made === undefined) return "refused"
  mustEqual(made, next, "windows nobody sent were accepted")
  return "accepted"
}

function withWindows(random: FuzzRandom, valid: Uint8Array, oldBytes: number): Uint8Array {
  const blocks = Math.ceil(oldBytes / 16)
  const out = new ByteWriter()
  out.bytes(valid.subarray(0, KEY_AT + KEY_BYTES))
  out.varUint(16)
  out.varUint(oldBytes)
  for (let windows = random.below(4); windows > 0; windows--) {
    out.u8(1)
    out.varBytes(window(random, blocks))
  }
  out.bytes(valid.subarray(-CHECK_BYTES * 5))
  return random.below(2) === 0 ? out.finish() : random.mangle(out.finish())
}

function window(random: FuzzRandom, blocks: number): Uint8Array {
  const out = new ByteWriter()
  const runs = random.below(6)
  out.varUint(runs)
  let literalBytes = 0
  for (let i = 0; i < runs; i++) {
    const literals = random.below(20)
    const copies = random.below(blocks + 2)
    literalBytes += literals
    out.varUint(literals)
    out.varUint(copies)
    if (copies > 0) out.varInt(random.below(2 * blocks + 2) - blocks)
  }
  out.bytes(random.bytes(literalBytes + (random.below(8) === 0 ? 1 : 0)))
  return out.finish()
}

interface Sample {
  readonly old: Uint8Array
  readonly next: Uint8Array
  readonly signature: Uint8Array
  readonly delta: Uint8Array
}

const samples = new Map<number, Promise<Sample>>()

/** One of a thousand valid exchanges. They are kept: making one takes longer than decoding a hundred. */
function sample(random: FuzzRandom): Promise<Sample> {
  const seed = random.below(1000)
  let made = samples.get(seed)
  if (made === undefined) samples.set(seed, (made = makeSample(fuzzRandom(seed))))
  return made
}

async function makeSample(random: FuzzRandom): Promise<Sample> {
  const { old, next } = versions(random)
  const signature = await signatureToBytes(old, options(random))
  return { old, next, signature, delta: await deltaToBytes(signature, next) }
}

/** Related versions of a few hundred bytes. */
function versions(random: FuzzRandom): { old: Uint8Array; next: Uint8Array } {
  const old = random.bytes(random.below(400))
  if (random.below(4) === 0) old.fill(random.below(2), random.below(old.length + 1))
  const next = random.below(8) === 0 ? random.bytes(random.below(400)) : random.mangle(old)
  return { old, next }
}

function options(random: FuzzRandom): {
  key: Uint8Array
  blockBytes: number
  accept: ("deflate" | "brotli")[]
} {
  const accept = ([[], ["deflate"], ["brotli"]] as const)[random.below(3)] ?? []
  return { key: random.bytes(KEY_BYTES), blockBytes: 16 + random.below(60), accept: [...accept] }
}

/** With the checksum that a signature of these bytes has. */
async function sealed(signature: Uint8Array): Promise<Uint8Array> {
  if (signature.length < KEY_AT + KEY_BYTES + CHECK_BYTES) return signature
  const key = signature.slice(KEY_AT, KEY_AT + KEY_BYTES)
  const body = signature.subarray(0, -CHECK_BYTES)
  const check = (await KeyedHash.create(key)).digest(body)
  signature.set(check.subarray(0, CHECK_BYTES), body.length)
  return signature
}
