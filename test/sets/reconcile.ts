import {
  acceptRanges,
  acceptRateless,
  beginRanges,
  beginRateless,
  RangeIndex,
  type RangeOptions,
  type RangeOutcome,
  RatelessSketch,
  type RatelessOptions,
  type RatelessOutcome,
  type SetId,
  stepRanges,
  stepRateless
} from "@syncline/diff/set"
import type { SetPair } from "./set-pair.ts"

/** How both sides ended, and how much was said. */
export interface Ended<Outcome> {
  readonly left: Outcome | undefined
  readonly right: Outcome | undefined
  readonly messages: number
  readonly bytes: number
}

const key = Uint8Array.from({ length: 16 }, (_, at) => 11 * at)

/** Reconciles by rateless cells, the left side opening. */
export function byCells(pair: SetPair, options: RatelessOptions, maintained: number): Ended<RatelessOutcome> {
  const [left, right] = bothSides(pair, ids => {
    const sketch = new RatelessSketch(key, { cells: maintained, journal: 1 })
    for (const id of ids) sketch.add(id)
    return sketch
  })
  return converse({
    begin: () => beginRateless(left, options),
    accept: message => acceptRateless(right, message, options),
    initiator: (session, message) => stepRateless(left, session, message),
    responder: (session, message) => stepRateless(right, session, message)
  })
}

/** Reconciles by ranges, the left side opening. */
export function byRanges(pair: SetPair, options: RangeOptions): Ended<RangeOutcome> {
  const [left, right] = bothSides(pair, ids => {
    const index = new RangeIndex(key, { journal: 1 })
    for (const id of ids) index.add(id)
    return index
  })
  return converse({
    begin: () => beginRanges(left, options),
    accept: message => acceptRanges(right, message, options),
    initiator: (session, message) => stepRanges(left, session, message),
    responder: (session, message) => stepRanges(right, session, message)
  })
}

function bothSides<Side>({ common, left, right }: SetPair, make: (ids: readonly SetId[]) => Side) {
  return [make([...common, ...left]), make([...common, ...right])] as const
}

interface Step<Session, Outcome> {
  readonly session: Session
  readonly message: Uint8Array | undefined
  readonly outcome: Outcome | undefined
}

interface Parts<Session, Outcome> {
  begin(): { readonly session: Session; readonly message: Uint8Array }
  accept(message: Uint8Array): Step<Session, Outcome>
  initiator(session: Session, message: Uint8Array): Step<Session, Outcome>
  responder(session: Session, message: Uint8Array): Step<Session, Outcome>
}

function converse<Session, Outcome>(parts: Parts<Session, Outcome>): Ended<Outcome> {
  const begun = parts.begin()
  let [messages, bytes] = [1, begun.message.length]
  let step = parts.accept(begun.message)
  let mine = begun.session
  let left: Outcome | undefined
  while (step.message !== undefined) {
    messages++
    bytes += step.message.length
    const reply = parts.initiator(mine, step.message)
    mine = reply.session
    left = reply.outcome
    if (reply.message === undefined) break
    messages++
    bytes += reply.message.length
    step = parts.responder(step.session, reply.message)
  }
  return { left, right: step.outcome, messages, bytes }
}
