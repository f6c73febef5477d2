import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { LinkFleet } from "../testing/link-fleet.ts"
import { LogQueue, type LogSegment } from "./log-queue.ts"

const own = {}
const limit = 4_000
const commit = new LinkFleet(1, 1).host(0).write("notes/1", new Uint8Array(100))
const groups = fc.array(
  fc.record({
    origin: fc.constantFrom(own, undefined, {}),
    size: fc.integer({ min: 1, max: 5 }),
    reset: fc.boolean()
  }),
  { maxLength: 40 }
)

function fill(
  queue: LogQueue,
  list: readonly { origin: object | undefined; size: number; reset: boolean }[],
  from: number
): void {
  for (const [i, { origin, size, reset }] of list.entries())
    queue.add({
      commits: Array.from({ length: size }, () => commit),
      reset: reset ? ["a/b" as never] : [],
      end: { position: from + i + 1, hash: new Uint8Array(16) },
      ...(origin === undefined ? {} : { origin })
    })
}

function drain(queue: LogQueue): LogSegment[] {
  const segments: LogSegment[] = []
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) segments.push(next)
  return segments
}

describe("log queue", () => {
  it("[SY30] segments follow each other without gap from the start to the end of what was added", () => {
    fc.assert(
      fc.property(groups, fc.nat(20), (list, start) => {
        const queue = new LogQueue(own, start, limit)
        fill(queue, list, start)
        const ends = drain(queue).reduce((at, { after, end }) => (expect(after).toBe(at), end), start)
        expect(ends).toBe(queue.tail)
        expect(ends).toBe(start + list.length)
      })
    )
  })

  it("[SY31] what is held never exceeds the limit, however much is added", () => {
    fc.assert(
      fc.property(groups, list => {
        const queue = new LogQueue(own, 0, limit)
        fill(queue, list, 0)
        expect(queue.heldBytes).toBeLessThanOrEqual(limit)
      })
    )
  })

  it("[SY32] what came from the peer is skipped, what a snapshot replaced is read", () => {
    const queue = new LogQueue(own, 0, limit)
    fill(
      queue,
      [
        { origin: own, size: 1, reset: false },
        { origin: own, size: 2, reset: false },
        { origin: {}, size: 1, reset: true }
      ],
      0
    )
    expect(drain(queue)).toMatchObject([
      { kind: "skip", after: 0, end: 2, commits: 3 },
      { kind: "unread", after: 2, end: 3 }
    ])
  })

  it("[SY33] a group known already is ignored, a stretch nobody announced is read", () => {
    const queue = new LogQueue(own, 0, limit)
    expect([queue.extend(2), queue.extend(2)]).toEqual([true, false])
    fill(queue, [{ origin: undefined, size: 1, reset: false }], 0)
    expect(drain(queue)).toEqual([{ kind: "unread", after: 0, end: 2 }])
  })
})
