import { ByteWriter } from "@syncline/clock/bytes"
import { describe, expect, it, vi } from "vitest"
import { ChangeJournal } from "./change-journal.ts"
import { decodeRanges, type RangeClaim, encodeRanges, type RangeMessage } from "./range-message.ts"
import { RangeIndex } from "./range-index.ts"
import { acceptRanges, beginRanges, stepRanges } from "./range-steps.ts"
import { EMPTY_CHECKSUM } from "./set-checksum.ts"
import type { SetId } from "./set-id.ts"
import { dialogue } from "./testing/dialogue.ts"
import { idAt, idsFrom, KEY } from "./testing/test-ids.ts"

function indexOf(ids: readonly SetId[]): RangeIndex {
  const index = new RangeIndex(KEY)
  for (const id of ids) index.add(id)
  return index
}

function codeOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error
  }
  return "nothing thrown"
}

const { keyTag } = indexOf([])
const hello = { keyTag, orderBytes: 0, checksum: EMPTY_CHECKSUM, tells: true }
const silence: RangeMessage = { hello, pending: false, groups: [], mine: [], yours: [] }
const nothing = (to: number | undefined): RangeClaim => ({
  kind: "ids",
  to: to === undefined ? undefined : Uint8Array.of(to),
  ids: []
})
const bytesOf = (n: number): Uint8Array => Uint8Array.of(n >> 16, n >> 8, n)
const from = (byte: number): Uint8Array => Uint8Array.of(byte)

describe("a range reconciliation", () => {
  it("[RR1] one difference of a thousand is named in the first answer", () => {
    const ends = dialogue({
      begin: () => beginRanges(indexOf(idsFrom(0, 1000))),
      accept: message => acceptRanges(indexOf(idsFrom(1, 1000)), message),
      initiator: (session, message) => stepRanges(indexOf(idsFrom(0, 1000)), session, message),
      responder: () => {
        throw new Error("there is nothing more to say")
      }
    })
    expect(ends.initiator).toEqual({ status: "decoded", ours: [idAt(0)], theirs: [] })
    expect(ends.messages.map(({ length }) => length)).toEqual([287, 25])
  })

  it("[RR1] a changed document is named in the first answer", () => {
    const begun = beginRanges(indexOf(idsFrom(0, 100)), { firstParts: 1 })
    const step = acceptRanges(indexOf([...idsFrom(1, 100), idAt(777)]), begun.message)
    expect(step.outcome).toEqual({ status: "decoded", ours: [idAt(777)], theirs: [idAt(0)] })
  })

  it("[RR6] the responder answers also when nothing differs", () => {
    const begun = beginRanges(indexOf([]))
    const answer = acceptRanges(indexOf([]), begun.message)
    expect(answer.outcome).toEqual({ status: "decoded", ours: [], theirs: [] })
    const end = stepRanges(indexOf([]), begun.session, answer.message ?? new Uint8Array())
    expect(end).toMatchObject({ message: undefined, outcome: answer.outcome })
  })

  it("[RR7] an initiator that does not tell ends alone with what differs", () => {
    const [mine, theirs] = [indexOf(idsFrom(0, 300)), indexOf(idsFrom(30, 310))]
    const begin = (tells: boolean) =>
      dialogue({
        begin: () => beginRanges(mine, { tells }),
        accept: message => acceptRanges(theirs, message),
        initiator: (session, message) => stepRanges(mine, session, message),
        responder: (session, message) => stepRanges(theirs, session, message)
      })
    const [telling, silent] = [begin(true), begin(false)]
    expect(silent).toMatchObject({ initiator: telling.initiator, responder: { status: "untold" } })
    const bytes = (messages: readonly Uint8Array[]): number =>
      messages.reduce((sum, { length }) => sum + length, 0)
    expect(bytes(silent.messages)).toBeLessThan(bytes(telling.messages))
  })

  it("[RR2] a peer that hides what it has ends in inconsistent", () => {
    const claims = [nothing(undefined)]
    const lie = {
      ...silence,
      hello: { ...hello, checksum: { size: 3, high: 1, low: 1 } },
      groups: [{ from: new Uint8Array(), claims }]
    }
    expect(acceptRanges(indexOf([]), encodeRanges(lie)).outcome).toEqual({ status: "inconsistent" })
  })

  it("[OS3] an id at two places is no difference, and is noticed", () => {
    const [mine, theirs] = [new RangeIndex(KEY, { orderBytes: 1 }), new RangeIndex(KEY, { orderBytes: 1 })]
    for (const id of idsFrom(1, 40)) for (const index of [mine, theirs]) index.add(id, from(7))
    mine.add(idAt(0), from(1))
    theirs.add(idAt(0), from(9))
    const ends = dialogue({
      begin: () => beginRanges(mine),
      accept: message => acceptRanges(theirs, message),
      initiator: (session, message) => stepRanges(mine, session, message),
      responder: (session, message) => stepRanges(theirs, session, message)
    })
    expect(ends).toMatchObject({
      initiator: { status: "inconsistent" },
      responder: { status: "inconsistent" }
    })
  })

  it("[OS3] an id is in an index once", () => {
    const index = new RangeIndex(KEY, { orderBytes: 1 })
    expect([
      index.add(idAt(0), from(1)),
      index.add(idAt(0), from(2)),
      index.delete(idAt(0), from(2))
    ]).toEqual([true, false, false])
    expect([index.has(idAt(0)), index.delete(idAt(0), from(1)), index.has(idAt(0)), index.size]).toEqual([
      true,
      true,
      false,
      0
    ])
  })

  it("[OS2] an id takes less than 110 bytes", () => {
    const index = new RangeIndex(KEY, { orderBytes: 8, journal: 1 })
    for (const id of idsFrom(0, 5000)) index.add(id, id)
    expect(index.byteLength / 5000).toBeLessThan(110)
  })

  it("[RR4] ends after so many messages, and so many differences", () => {
    const talk = encodeRanges({ ...silence, pending: true })
    const once = acceptRanges(indexOf([]), talk, { maxMessages: 1 })
    const again = encodeRanges({ ...silence, hello: undefined, pending: true })
    expect(codeOf(() => stepRanges(indexOf([]), once.session, again))).toBe("set-limit")
    const empty = beginRanges(indexOf([])).message
    expect(codeOf(() => acceptRanges(indexOf(idsFrom(0, 9)), empty, { maxDifferences: 8 }))).toBe("set-limit")
    expect(codeOf(() => acceptRanges(indexOf([]), empty, { maxReceivedBytes: 9 }))).toBe("bytes-limit")
    const long = encodeRanges({ ...silence, mine: idsFrom(0, 9) })
    expect(codeOf(() => acceptRanges(indexOf([]), long, { maxDifferences: 8 }))).toBe("set-limit")
  })

  it("[SE4] refuses limits that are no numbers; those that are there and undefined are the defaults", () => {
    const names = [
      "firstParts",
      "maxFrameBytes",
      "maxReceivedBytes",
      "maxAnswerIds",
      "maxMessages",
      "maxDifferences"
    ]
    for (const name of names)
      expect(codeOf(() => beginRanges(indexOf([]), { [name]: Number.NaN }))).toBe("set-argument-invalid")
    const none = Object.fromEntries([...names, "tells"].map(name => [name, undefined]))
    expect(beginRanges(indexOf([]), none).session.options).toEqual(beginRanges(indexOf([])).session.options)
  })

  it("[SE4] refuses ids and orders that are texts: all of one length would be the same", () => {
    const index = new RangeIndex(KEY, { orderBytes: 8 })
    const text = "document" as unknown as Uint8Array
    expect(codeOf(() => index.add(text, new Uint8Array(8)))).toBe("set-argument-invalid")
    expect(codeOf(() => index.add(idAt(1), text))).toBe("set-argument-invalid")
    expect(codeOf(() => index.has(text))).toBe("set-argument-invalid")
  })

  it("[SE3] ends when the set has changed more often than it remembers", () => {
    const index = new RangeIndex(KEY, { journal: 2 })
    const { session } = beginRanges(index)
    for (const id of idsFrom(0, 3)) index.add(id)
    expect(codeOf(() => stepRanges(index, session, encodeRanges(silence)))).toBe("set-snapshot-gone")
  })

  it("[RR4] goes through what changed meanwhile a few times, however many ranges a message asks about", () => {
    const index = indexOf(idsFrom(0, 300))
    const { session } = acceptRanges(index, encodeRanges({ ...silence, pending: true }))
    for (const id of idsFrom(300, 310)) index.add(id)
    const claims = Array.from({ length: 200 }, (_, i) => nothing(i + 1))
    const message = encodeRanges({ ...silence, hello: undefined, groups: [{ from: from(0), claims }] })
    const undo = vi.spyOn(ChangeJournal.prototype, "undo")
    stepRanges(index, session, message)
    expect(undo.mock.calls.length).toBeLessThan(5)
    undo.mockRestore()
  })

  it("[RR5] refuses another key, another order, a hello too many and one missing", () => {
    const accept = (message: RangeMessage) => () => acceptRanges(indexOf([]), encodeRanges(message))
    expect(codeOf(accept({ ...silence, hello: { ...hello, keyTag: keyTag ^ 1 } }))).toBe("set-key-mismatch")
    expect(codeOf(accept({ ...silence, hello: { ...hello, orderBytes: 8 } }))).toBe("set-key-mismatch")
    const long = { from: new Uint8Array(9).fill(1), claims: [nothing(undefined)] }
    expect(codeOf(accept({ ...silence, hello: { ...hello, orderBytes: 8 }, groups: [long] }))).toBe(
      "set-key-mismatch"
    )
    expect(codeOf(accept({ ...silence, hello: undefined }))).toBe("set-message-invalid")
    const silent = encodeRanges({ ...silence, hello: { ...hello, tells: false } })
    expect(codeOf(() => stepRanges(indexOf([]), beginRanges(indexOf([])).session, silent))).toBe(
      "set-message-invalid"
    )
    const { session } = acceptRanges(indexOf([]), encodeRanges({ ...silence, pending: true }))
    expect(codeOf(() => stepRanges(indexOf([]), session, encodeRanges(silence)))).toBe("set-message-invalid")
  })

  it("[RR8] an answer goes through no more own ids than allowed, and says that there are more", () => {
    const read = vi.spyOn(RangeIndex.prototype, "ids")
    const everything = { from: new Uint8Array(0), claims: [nothing(undefined)] }
    const message = encodeRanges({ ...silence, groups: [everything] })
    const step = acceptRanges(indexOf(idsFrom(0, 1000)), message, { maxAnswerIds: 100 })
    expect(read.mock.results.flatMap(({ value }) => value as SetId[]).length).toBe(100)
    read.mockRestore()
    expect(step.session.found.ours.length).toBe(100)
    expect(step.outcome).toBeUndefined()
    const told = decodeRanges(step.message ?? new Uint8Array(0), 8, { maxBytes: 10_000, maxIds: 1000 })
    expect([told.pending, told.mine.length]).toEqual([true, 100])
  })

  it.each([
    [1, 1],
    [Number.POSITIVE_INFINITY, 100]
  ])("[RR8] a limit of %d own ids lets through %i", (maxAnswerIds, count) => {
    const everything = { from: new Uint8Array(0), claims: [nothing(undefined)] }
    const message = encodeRanges({ ...silence, groups: [everything] })
    const { session } = acceptRanges(indexOf(idsFrom(0, 100)), message, { maxAnswerIds })
    expect(session.found.ours.length).toBe(count)
    expect(session.listed.every(({ from: start }) => start.length > 0)).toBe(true)
  })

  it("[RR8] lists as long as what they are compared with are not left for later", () => {
    const everything = { from: new Uint8Array(0), claims: [nothing(undefined)] }
    const step = acceptRanges(indexOf(idsFrom(0, 8)), encodeRanges({ ...silence, groups: [everything] }), {
      maxAnswerIds: 1
    })
    expect([step.session.found.ours.length, step.session.listed.length]).toEqual([8, 0])
  })

  it("[RR4] a peer that lists more and more while this side is busy is refused", () => {
    const index = indexOf(idsFrom(0, 3000))
    const list = (to: number): RangeClaim => ({ kind: "ids", to: from(to), ids: idsFrom(5000, 5100) })
    const claims = Array.from({ length: 10 }, (_, i) => list(25 * (i + 1)))
    const message = (first: RangeMessage["hello"]) =>
      encodeRanges({ ...silence, hello: first, pending: true, groups: [{ from: from(0), claims }] })
    const flood = () => {
      let { session } = acceptRanges(index, message(hello), { maxAnswerIds: 1, maxMessages: 1000 })
      for (let i = 0; i < 900; i++) session = stepRanges(index, session, message(undefined)).session
    }
    expect(codeOf(flood)).toBe("set-limit")
  })

  it("[RR4] a message of more ranges than can be answered at once is refused before they are kept", () => {
    const claims = Array.from(
      { length: 2 ** 17 + 1 },
      (_, i): RangeClaim => ({ ...nothing(0), to: bytesOf(i + 1) })
    )
    const message = encodeRanges({ ...silence, groups: [{ from: bytesOf(0), claims }] })
    expect(codeOf(() => acceptRanges(indexOf([]), message))).toBe("set-limit")
    const fewer = encodeRanges({ ...silence, groups: [{ from: bytesOf(0), claims: claims.slice(1) }] })
    expect(codeOf(() => acceptRanges(indexOf([]), fewer))).toBe("nothing thrown")
  })

  it.each([
    ["ends where it begins", [{ from: from(5), claims: [nothing(5)] }]],
    ["ends before it begins", [{ from: from(5), claims: [nothing(4)] }]],
    ["goes on behind the end", [{ from: from(5), claims: [nothing(undefined), nothing(undefined)] }]],
    [
      "overlaps the one before",
      [
        { from: from(5), claims: [nothing(7)] },
        { from: from(6), claims: [nothing(8)] }
      ]
    ],
    [
      "follows the end",
      [
        { from: from(5), claims: [nothing(undefined)] },
        { from: from(6), claims: [nothing(8)] }
      ]
    ]
  ])("[RR4] [RR5] refuses a range that %s", (_, groups) => {
    const message = encodeRanges({ ...silence, groups })
    expect(codeOf(() => acceptRanges(indexOf([]), message))).toBe("set-message-invalid")
  })

  it.each([
    ["longer than an item", [2, 9 * 32, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["that shares more than there was", [2, 33, 5]],
    ["that adds nothing", [2, 2]]
  ])("[RR5] refuses a bound %s", (_, bytes) => {
    const writer = new ByteWriter()
    writer.bytes(encodeRanges(silence).subarray(0, 4 + 1 + 8))
    for (const byte of bytes) writer.varUint(byte)
    writer.bytes(new Uint8Array(40))
    expect(codeOf(() => acceptRanges(indexOf([]), writer.finish()))).toBe("set-message-invalid")
  })

  it("[RR5] refuses another version", () => {
    expect(codeOf(() => acceptRanges(indexOf([]), Uint8Array.of(0x31)))).toBe("set-message-invalid")
  })
})
