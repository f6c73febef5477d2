import { beginReceiving, type ReceivingOptions, stepReceiving } from "./receiving.ts"
import { beginSending, type SendingOptions, stepSending } from "./sending.ts"

/** How a transfer is carried in tests. */
export interface Carriage {
  readonly sending?: Partial<SendingOptions>
  readonly receiving?: ReceivingOptions
  /** What becomes of a message on its way; `index` counts those of both directions. */
  readonly tamper?: (message: Uint8Array, index: number) => Uint8Array
}

/** What came of it. */
export interface Carried {
  readonly content: Uint8Array
  /** As they were sent, both directions by turns. */
  readonly messages: readonly Uint8Array[]
  /** Whether the side with the new content knows that it is over. */
  readonly senderDone: boolean
}

/** Carries messages by turns until the content is there. Throws what a side throws. */
export async function carry(old: Uint8Array, next: Uint8Array, carriage: Carriage = {}): Promise<Carried> {
  const { tamper = message => message } = carriage
  const messages: Uint8Array[] = []
  const onWay = (message: Uint8Array | undefined): Uint8Array => {
    if (message === undefined) throw new Error("a side had nothing to say before the end")
    messages.push(message)
    return tamper(message.slice(), messages.length - 1)
  }
  let receiving = beginReceiving(old, carriage.receiving)
  let sent = await beginSending(next, { key: new Uint8Array(16), level: "fast", ...carriage.sending })
  for (;;) {
    const { state, message, content } = await stepReceiving(receiving, onWay(sent.message))
    receiving = state
    if (message !== undefined) sent = await stepSending(sent.state, onWay(message))
    if (content !== undefined) return { content, messages, senderDone: sent.done }
  }
}

/** Bytes that depend on a seed alone and do not repeat within any length used here. */
export function seededBytes(seed: number, length: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state ^ (state >>> 15)) >>> 9
  })
}
