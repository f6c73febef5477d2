import {
  beginReceiving,
  beginSending,
  type ReceivingState,
  type SendingState,
  stepReceiving,
  stepSending
} from "@syncline/diff/rsync"
import { fuzzRandom } from "./fuzz-random.ts"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"
import { mustEqual, orRefused } from "./outcome.ts"

const REFUSALS: readonly string[] = ["rounds-message-invalid", "rounds-limit", "rounds-damaged"]
const SAMPLES = 200
const MAX_BYTES = 1 << 16
// Kinds of messages, whose second byte says what compression they accept.
const ASK_LEAVES = 18
const ASK_WHOLE = 20

/** Decoders of multi-round transfers: every message of each side, where it is expected. */
export const roundsTargets: readonly FuzzTarget[] = [
  { name: "rounds/receiving", run: fuzzReceiving },
  { name: "rounds/sending", run: fuzzSending }
]

/** A damaged message is refused, or leads to a message, or to exactly the content. */
async function fuzzReceiving(random: FuzzRandom): Promise<FuzzOutcome> {
  const { next, received } = await sample(random)
  const turn = received[random.below(received.length)]
  if (turn === undefined) return "refused"
  const message = random.mangle(turn.message)
  const before = message.slice()
  const step = await orRefused(REFUSALS, () => stepReceiving(turn.state, message))
  mustEqual(message, before, "a message was changed")
  if (step === undefined) return "refused"
  if (step.content !== undefined) mustEqual(step.content, next, "a transfer ended with other content")
  return "accepted"
}

/** A damaged request is refused or answered, with no more bytes than the content has nodes and bytes. */
async function fuzzSending(random: FuzzRandom): Promise<FuzzOutcome> {
  const { next, asked } = await sample(random)
  const turn = asked[random.below(asked.length)]
  if (turn === undefined) return "refused"
  const message = random.mangle(withoutCompression(random, turn.message))
  const before = message.slice()
  const step = await orRefused(REFUSALS, () => stepSending(turn.state, message))
  mustEqual(message, before, "a message was changed")
  if (step === undefined) return "refused"
  if ((step.message?.length ?? 0) > 2 * next.length + 1000) throw new Error("a request was amplified")
  return "accepted"
}

/** Mostly asks for bytes as they are: compressing them would take nearly all of the time. */
function withoutCompression(random: FuzzRandom, message: Uint8Array): Uint8Array {
  const [kind = 0] = message
  return kind >= ASK_LEAVES && kind <= ASK_WHOLE && random.below(32) > 0 ? message.with(1, 0) : message
}

/** A valid transfer, with the states before each message. */
interface Sample {
  readonly next: Uint8Array
  readonly received: ReadonlyArray<{ readonly state: ReceivingState; readonly message: Uint8Array }>
  readonly asked: ReadonlyArray<{ readonly state: SendingState; readonly message: Uint8Array }>
}

const samples = new Map<number, Promise<Sample>>()

/** One of some transfers, which are kept: states are values and can be stepped from again and again. */
function sample(random: FuzzRandom): Promise<Sample> {
  const seed = random.below(SAMPLES)
  let made = samples.get(seed)
  if (made === undefined) samples.set(seed, (made = makeSample(fuzzRandom(seed))))
  return made
}

async function makeSample(random: FuzzRandom): Promise<Sample> {
  const old = random.bytes(random.below(9000))
  const stretch = old.slice(random.below(old.length + 1))
  const next = Uint8Array.from([
    ...random.bytes(random.below(3000)),
    ...random.mangle(old),
    ...random.mangle(stretch)
  ])
  const received: Array<Sample["received"][number]> = []
  const asked: Array<Sample["asked"][number]> = []
  const level = random.below(8) > 0 ? "fast" : "small"
  let sending = await beginSending(next, { key: random.bytes(16), level })
  let receiving = beginReceiving(old, { maxBytes: MAX_BYTES })
  for (;;) {
    const message = sending.message ?? new Uint8Array(0)
    received.push({ state: receiving, message })
    const step = await stepReceiving(receiving, message)
    receiving = step.state
    if (step.message !== undefined) {
      asked.push({ state: sending.state, message: step.message })
      sending = await stepSending(sending.state, step.message)
    }
    if (step.content !== undefined) return { next, received, asked }
  }
}
