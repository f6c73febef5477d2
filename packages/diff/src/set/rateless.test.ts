import { describe, expect, it, vi } from "vitest"
import { ChangeJournal } from "./change-journal.ts"
import { encodeRateless } from "./rateless-message.ts"
import type { RatelessStep } from "./rateless-session.ts"
import { RatelessSketch } from "./rateless-sketch.ts"
import { acceptRateless, beginRateless, stepRateless } from "./rateless-steps.ts"
import { CellArray } from "./cell-array.ts"
import { EMPTY_CHECKSUM } from "./set-checksum.ts"
import type { SetId } from "./set-id.ts"
import { idAt, idsFrom, KEY } from "./testing/test-ids.ts"

function sketchOf(ids: readonly SetId[], journal = 4096): RatelessSketch {
  const sketch = new RatelessSketch(KEY, { cells: 128, journal })
  for (const id of ids) sketch.add(id)
  return sketch
}

function codeOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error
  }
  return "nothing thrown"
}

/** A responder that has asked for more: its 300 ids, the peer has none. */
function halfway(): { sketch: RatelessSketch; step: RatelessStep } {
  const sketch = sketchOf(idsFrom(0, 300))
  const { message } = beginRateless(sketchOf([]))
  return { sketch, step: acceptRateless(sketch, message) }
}

describe("RatelessSketch", () => {
  it("[SE2] adding twice and removing what is not there change nothing", () => {
    const sketch = sketchOf([idAt(1)])
    expect([sketch.add(idAt(1)), sketch.delete(idAt(2)), sketch.size, sketch.mark]).toEqual([
      false,
      false,
      1,
      1
    ])
    expect([sketch.has(idAt(1)), sketch.has(idAt(2))]).toEqual([true, false])
    expect([sketch.delete(idAt(1)), sketch.size]).toEqual([true, 0])
    expect(sketch.cells(0, 9, sketch.mark)).toEqual(new CellArray(0, 9))
    expect(sketch.checksum(sketch.mark)).toEqual(EMPTY_CHECKSUM)
  })

  it("[SE3] forgets what is older than its journal", () => {
    const sketch = sketchOf([], 3)
    for (const id of idsFrom(0, 4)) sketch.add(id)
    expect(sketch.checksum(1).size).toBe(1)
    expect(codeOf(() => sketch.checksum(0))).toBe("set-snapshot-gone")
    expect(codeOf(() => sketch.cells(0, 9, 5))).toBe("set-snapshot-gone")
  })

  it("[RI1] extending keeps more cells, not other ones", () => {
    const sketch = sketchOf(idsFrom(0, 50))
    const before = sketch.cells(0, 400, sketch.mark)
    sketch.extend(400)
    sketch.extend(10)
    expect(sketch.maintained).toBe(400)
    expect(sketch.cells(0, 400, sketch.mark)).toEqual(before)
  })

  it.each([
    ["id", () => sketchOf([]).add(new Uint8Array(7))],
    ["id, a text", () => sketchOf([]).add("document" as unknown as Uint8Array)],
    ["key", () => new RatelessSketch(new Uint8Array(8))],
    ["number of cells", () => new RatelessSketch(KEY, { cells: 0 })],
    ["first message", () => beginRateless(sketchOf([]), { firstCells: 0 })],
    ["first message beyond the limit", () => beginRateless(sketchOf([]), { firstCells: 9, maxCells: 8 })]
  ])("[SE4] refuses a wrong %s", (_, act) => {
    expect(codeOf(act)).toBe("set-argument-invalid")
  })
})

describe("a rateless reconciliation", () => {
  it("[SE4] refuses limits that are no numbers; those that are there and undefined are the defaults", () => {
    const names = ["firstCells", "maxCells", "maxMessages"]
    for (const name of names)
      expect(codeOf(() => beginRateless(sketchOf([]), { [name]: Number.NaN }))).toBe("set-argument-invalid")
    const none = Object.fromEntries(names.map(name => [name, undefined]))
    expect(beginRateless(sketchOf([]), none).session.options.maxCells).toBe(65_536)
  })

  it("[RI6] twenty differences of a thousand cost one message of 545 bytes", () => {
    const { message } = beginRateless(sketchOf(idsFrom(0, 1000)))
    expect(message.length).toBe(542)
    const answer = acceptRateless(sketchOf(idsFrom(20, 1000)), message)
    expect(answer.outcome).toMatchObject({ status: "decoded", ours: [] })
    expect(answer.message?.length).toBe(1 + 2 + 8 + 1 + 1 + 20 * 8)
  })

  it("[RI4] gives up on what would take more cells than allowed, on both sides", () => {
    const begun = beginRateless(sketchOf(idsFrom(0, 2000)))
    const answer = acceptRateless(sketchOf([]), begun.message, { maxCells: 1000 })
    expect(answer.outcome).toEqual({ status: "gave-up", estimate: 2000 })
    const end = stepRateless(sketchOf(idsFrom(0, 2000)), begun.session, answer.message ?? new Uint8Array())
    expect(end.outcome).toEqual(answer.outcome)
  })

  it("[RI4] an initiator asked for more than it allows gives up", () => {
    const { session } = beginRateless(sketchOf([]), { maxCells: 100 })
    const step = stepRateless(sketchOf([]), session, encodeRateless({ kind: "more", to: 101 }))
    expect(step.outcome).toEqual({ status: "gave-up", estimate: 101 })
  })

  it("[RI5] ends after so many messages", () => {
    const { session } = beginRateless(sketchOf([]), { maxMessages: 1 })
    const { session: next } = stepRateless(sketchOf([]), session, encodeRateless({ kind: "more", to: 50 }))
    const more = encodeRateless({ kind: "more", to: 51 })
    expect(codeOf(() => stepRateless(sketchOf([]), next, more))).toBe("set-limit")
  })

  it("[RI7] refuses another key", () => {
    const { message } = beginRateless(new RatelessSketch(new Uint8Array(16)))
    expect(codeOf(() => acceptRateless(sketchOf([]), message))).toBe("set-key-mismatch")
  })

  it("[RI7] refuses cells it did not ask for", () => {
    const { sketch, step } = halfway()
    const send = (from: number, to: number) => () =>
      stepRateless(sketch, step.session, encodeRateless({ kind: "cells", cells: new CellArray(from, to) }))
    expect(codeOf(send(40, step.session.cells))).toBe("set-message-invalid")
    expect(codeOf(send(48, step.session.cells - 1))).toBe("set-message-invalid")
    expect(codeOf(send(48, step.session.cells))).toBe("nothing thrown")
  })

  it("[RI7] refuses messages out of turn", () => {
    const { sketch, step } = halfway()
    const { session, message } = beginRateless(sketch)
    expect(codeOf(() => stepRateless(sketch, session, message))).toBe("set-message-invalid")
    expect(codeOf(() => stepRateless(sketch, step.session, message))).toBe("set-message-invalid")
    expect(codeOf(() => acceptRateless(sketch, step.message ?? message))).toBe("set-message-invalid")
    const fewer = encodeRateless({ kind: "more", to: 48 })
    expect(codeOf(() => stepRateless(sketch, session, fewer))).toBe("set-message-invalid")
  })

  it("[RI3] [RI7] refuses results that are not true of our set", () => {
    const sketch = sketchOf(idsFrom(0, 3))
    const { session } = beginRateless(sketch)
    const checksum = sketch.checksum(sketch.mark)
    const result = (mine: SetId[], yours: SetId[]) => () =>
      stepRateless(sketch, session, encodeRateless({ kind: "result", checksum, mine, yours }))
    expect(codeOf(result([], [idAt(5)]))).toBe("set-message-invalid")
    expect(codeOf(result([idAt(1)], [idAt(1)]))).toBe("set-message-invalid")
    expect(codeOf(result([idAt(5)], []))).toBe("set-message-invalid")
    expect(codeOf(result([], []))).toBe("nothing thrown")
  })

  it("[RI3] refuses cells that name another set than the checksum", () => {
    const sketch = sketchOf(idsFrom(0, 9))
    const cells = sketch.cells(0, 48, sketch.mark)
    const message = encodeRateless({ kind: "begin", keyTag: sketch.keyTag, checksum: EMPTY_CHECKSUM, cells })
    expect(codeOf(() => acceptRateless(sketchOf([]), message))).toBe("set-message-invalid")
  })

  it("[RI5] goes through what changed meanwhile a few times, however many ids differ", () => {
    const sketch = sketchOf(idsFrom(0, 300))
    const { session } = beginRateless(sketch)
    for (const id of idsFrom(300, 310)) sketch.add(id)
    const result = { kind: "result", checksum: EMPTY_CHECKSUM, mine: [], yours: idsFrom(0, 300) } as const
    const undo = vi.spyOn(ChangeJournal.prototype, "undo")
    expect(stepRateless(sketch, session, encodeRateless(result)).outcome?.status).toBe("decoded")
    expect(undo.mock.calls.length).toBeLessThan(5)
    undo.mockRestore()
  })

  it("[RI5] cells that name one id again and again end in an error", () => {
    const cellsOf = (id: SetId): CellArray => sketchOf([id]).cells(0, 400, 1)
    const lateCells = ({ counts }: CellArray): number[] =>
      [...counts.keys()].filter(at => at >= 64 && counts[at] === 1)
    const cells =
      idsFrom(0, 50)
        .map(cellsOf)
        .find(each => lateCells(each).length >= 4) ?? cellsOf(idAt(0))
    const late = lateCells(cells)
    // Counts are known modulo 4: each time the id is taken out of all its cells, the next of these names it.
    for (const [turn, at] of late.entries()) {
      cells.counts[at] = (1 + turn) % 4
      if (turn % 2 === 1) cells.highs[at] = cells.lows[at] = cells.checks[at] = 0
    }
    const message = encodeRateless({
      kind: "begin",
      keyTag: sketchOf([]).keyTag,
      checksum: EMPTY_CHECKSUM,
      cells
    })
    expect(codeOf(() => acceptRateless(sketchOf([]), message))).toBe("set-message-invalid")
  })
})
