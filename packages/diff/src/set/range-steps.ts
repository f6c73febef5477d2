import { diffError } from "../error/diff-error.ts"
import { leadsTo } from "./check-difference.ts"
import type { SetDifference } from "./peel-cells.ts"
import { answerGroup, answerListed, type RangeReading } from "./range-answer.ts"
import { nextFrame, tells } from "./range-frame.ts"
import type { RangeIndex } from "./range-index.ts"
import {
  decodeRanges,
  encodeRanges,
  EVERYTHING,
  type RangeHello,
  type RangeMessage
} from "./range-message.ts"
import { isBefore } from "./range-bound.ts"
import {
  newRangeSession,
  type RangeOptions,
  type RangeOutcome,
  type RangeSession,
  type RangeStep
} from "./range-session.ts"
import { ID_BYTES } from "./set-id.ts"

// Four times what a message may ask about; more only piles up.
const MOST_PENDING = 2 ** 19
// Ids that a peer listed and that are not compared yet, some 26 MB: of an honest one as many are differences, or of this side.
const MOST_LEFT = 2 ** 18

/** Opens a reconciliation as its initiator. Throws `set-argument-invalid` for options out of range. */
export function beginRanges(
  index: RangeIndex,
  options: RangeOptions = {}
): { readonly session: RangeSession; readonly message: Uint8Array<ArrayBuffer> } {
  const session = newRangeSession("initiator", index.mark, options)
  const everything = { ...EVERYTHING, parts: session.options.firstParts }
  const begun = nextFrame(index, { ...session, pending: [everything] }, helloOf(index, session))
  return { session: begun.session, message: encodeRanges(begun.message) }
}

/**
 * Answers the first message of a peer. Of the options, the limits apply; the peer chose how to begin.
 *
 * Throws `set-message-invalid`, `set-key-mismatch`, `set-limit` and the errors of `ByteReader`, also in later steps.
 */
export function acceptRanges(index: RangeIndex, message: Uint8Array, options: RangeOptions = {}): RangeStep {
  return stepRanges(index, newRangeSession("responder", index.mark, options), message)
}

/**
 * Takes the peer's next message, in either role. Sends and receives nothing; the session given stays as it was.
 *
 * Both sides end with exactly what differs between the two sets as they were at each side's first step, checked against the
 * peer's checksum, or with `inconsistent`, or with an error: those of {@link acceptRanges}, and `set-snapshot-gone`. Every
 * round names differences or narrows ranges; a peer that does neither runs into `maxMessages`. A step goes through `maxAnswerIds`
 * own ids and some 2 µs for each range told; the last one also checks all differences, about 1 µs each.
 */
export function stepRanges(index: RangeIndex, session: RangeSession, message: Uint8Array): RangeStep {
  const { mark, options, messages } = session
  if (messages >= options.maxMessages) {
    throw diffError(
      "set-limit",
      `not done after maxMessages, ${options.maxMessages} messages of the peer: raise it, or maxAnswerIds where this side has many more ids, or exchange the whole set`
    )
  }
  const room = options.maxDifferences - sizeOf(session.found) - sizeOf(session.heard)
  const limits = { maxBytes: options.maxReceivedBytes, maxIds: room }
  const received = decodeRanges(message, index.orderBytes + ID_BYTES, limits)
  const { peer, peerTells } = checkHello(index, session, received.hello)
  const reading: RangeReading = { index, mark, idsLeft: options.maxAnswerIds }
  const earlier = answerListed(reading, session.listed)
  const answers = [earlier, ...received.groups.map(group => answerGroup(reading, group))]
  const found = joined([session.found, ...answers])
  const heard = joined([session.heard, { theirs: received.mine, ours: received.yours }])
  if (sizeOf(found) + sizeOf(heard) > options.maxDifferences) {
    throw diffError(
      "set-limit",
      `more than maxDifferences, ${options.maxDifferences} ids, differ: raise it, or exchange the whole set`
    )
  }
  const open = [...session.pending, ...answers.flatMap(each => each.open)]
  const listed = answers.flatMap(each => each.listed)
  const asked = open.length + listed.length
  const left = listed.reduce((sum, { ids }) => sum + ids.length, 0)
  if (asked > MOST_PENDING || left > MOST_LEFT) {
    throw diffError("set-limit", `the peer asks about ${asked} ranges at once; stop comparing with it`)
  }
  const pending = open.sort((a, b) => (isBefore(a.from, b.from) ? -1 : 1))
  return answer(
    index,
    { ...session, messages: messages + 1, peer, peerTells, found, heard, pending, listed },
    received
  )
}

/** Says what is to be said, and whether that is the end: nothing open on either side. */
function answer(index: RangeIndex, session: RangeSession, received: RangeMessage): RangeStep {
  const introduces = session.role === "responder" && session.messages === 1
  const next = nextFrame(index, session, introduces ? helloOf(index, session) : undefined)
  const { groups, pending, mine, yours } = next.message
  const nothingOpen = groups.length === 0 && !pending && !received.pending
  const nothingFound = received.groups.length === 0 && mine.length + yours.length === 0
  const nothingToSay = nothingOpen && nothingFound && !session.promised
  return {
    session: next.session,
    message: nothingToSay && !introduces ? undefined : encodeRanges(next.message),
    outcome: nothingOpen ? outcomeOf(index, next.session) : undefined
  }
}

function outcomeOf(index: RangeIndex, session: RangeSession): RangeOutcome {
  const { mark, peer, peerTells, found, heard } = session
  if (!peerTells) return { status: "untold" }
  const all = joined([found, heard])
  const exact =
    peer !== undefined &&
    all.ours.every(id => index.holds(id, mark)) &&
    !all.theirs.some(id => index.holds(id, mark)) &&
    leadsTo(index.checksum(mark), all, peer, index.hasher())
  return exact ? { status: "decoded", ...all } : { status: "inconsistent" }
}

function helloOf(index: RangeIndex, session: RangeSession): RangeHello {
  const { keyTag, orderBytes } = index
  return { keyTag, orderBytes, checksum: index.checksum(session.mark), tells: tells(session) }
}

/** What the peer says of itself: in its first message and in no other. */
function checkHello(
  { keyTag, orderBytes }: RangeIndex,
  { role, messages, peer, peerTells }: RangeSession,
  hello: RangeHello | undefined
): Pick<RangeSession, "peer" | "peerTells"> {
  if ((hello !== undefined) !== (messages === 0)) {
    throw diffError(
      "set-message-invalid",
      "the peer introduces itself at another time than in its first message"
    )
  }
  if (hello === undefined) return { peer, peerTells }
  if (hello.keyTag !== keyTag || hello.orderBytes !== orderBytes) {
    throw diffError(
      "set-key-mismatch",
      `the peer's key is another, or it orders by ${hello.orderBytes} bytes instead of ${orderBytes}`
    )
  }
  if (role === "initiator" && !hello.tells) {
    throw diffError("set-message-invalid", "a responder must tell what it finds out")
  }
  return { peer: hello.checksum, peerTells: hello.tells }
}

function joined(differences: readonly SetDifference[]): SetDifference {
  return { theirs: differences.flatMap(each => each.theirs), ours: differences.flatMap(each => each.ours) }
}

function sizeOf({ theirs, ours }: SetDifference): number {
  return theirs.length + ours.length
}
