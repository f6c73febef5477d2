import { beginReceiving, beginSending, stepReceiving, stepSending } from "@syncline/diff/rsync"

/** What a transfer took. */
export interface RoundsRun {
  /** Sent by the side that has the old version. */
  readonly bytesUp: number
  /** Sent by the side that has the next. */
  readonly bytesDown: number
  /** How often the side that has the old version waited for an answer; the peer's first message counts as one. */
  readonly rounds: number
}

const KEY_BYTES = 16

/** Carries messages between two sides until the one that has `old` has `next`, and checks that. */
export async function runRounds(old: Uint8Array, next: Uint8Array): Promise<RoundsRun> {
  let sending = await beginSending(next, { key: new Uint8Array(KEY_BYTES).fill(7) })
  let receiving = beginReceiving(old)
  let bytesUp = 0
  let bytesDown = 0
  for (let rounds = 1; sending.message !== undefined; rounds++) {
    bytesDown += sending.message.length
    const step = await stepReceiving(receiving, sending.message)
    bytesUp += step.message?.length ?? 0
    if (step.content !== undefined) {
      if (Buffer.compare(step.content, next) !== 0) throw new Error("a transfer ended with other content")
      return { bytesUp, bytesDown, rounds }
    }
    receiving = step.state
    sending = await stepSending(sending.state, step.message ?? new Uint8Array(0))
  }
  throw new Error("a transfer ended without content")
}
