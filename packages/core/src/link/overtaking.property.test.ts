import fc from "fast-check"
import { expect, test } from "vitest"
import type { Frame } from "../sync/frame.ts"
import { readFrame } from "../sync/frame-reader.ts"
import { writeFrame } from "../sync/frame-writer.ts"
import { isHello } from "../testing/forged-frame.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import { slowConnection } from "../testing/slow-connection.ts"
import { acceptLink } from "./accept-link.ts"
import { connectLink } from "./connect-link.ts"
import type { Link, LinkProblem } from "./link.ts"
import type { Connection } from "./transport.ts"

const limits = { windowBytes: 2 ** 14, maxFrameBytes: 8192, batchBytes: 1_500, maxQueuedBytes: 12_000 }

/** What one side said over one connection, as far as it is about chunks. */
class Watch {
  overtook = 0
  wants = 0
  #left = 0

  see(frame: Frame): void {
    if (frame.kind === "want") this.wants++
    if (frame.kind === "chunk") this.#left -= frame.bytes.length
    if (frame.kind !== "commits" && frame.kind !== "snapshot") return
    if (this.#left > 0) this.overtook++
    else this.#left = frame.total - frame.bytes.length - (frame.kind === "snapshot" ? frame.offset : 0)
  }
}

interface Line {
  readonly fleet: LinkFleet
  readonly link: Link
  readonly watches: readonly Watch[]
  readonly problems: readonly LinkProblem[]
  /** Ends the connection there is. */
  readonly cut: () => void
}

/** Two replicas over a slow line, the newest protocol of which is that one. */
function open(seed: number, maxProtocol: number): Line {
  const fleet = new LinkFleet(seed, 2)
  for (const host of fleet.hosts) host.snapshotAbove = 20
  const watches: Watch[] = []
  const watched = (connection: Connection): Connection => {
    const watch = new Watch()
    watches.push(watch)
    const send = connection.send.bind(connection)
    connection.send = message => {
      const { ordinal, frame } = readFrame(message, 2 ** 20)
      watch.see(frame)
      send(isHello(message) ? writeFrame(ordinal, { ...frame, maxProtocol } as Frame) : message)
    }
    return slowConnection(connection, fleet.time, 20)
  }
  const line = fleet.network.transport("0-1", connection => {
    acceptLink(fleet.host(1), watched(connection), { limits })
  })
  let current: Connection | undefined
  const connect = async (signal: AbortSignal) => {
    current = await line.connect(signal)
    return watched(current)
  }
  const link = connectLink(
    fleet.host(0),
    { ...line, connect },
    { limits, backoff: { baseMs: 20, maxMs: 200 } }
  )
  const problems: LinkProblem[] = []
  link.onProblem(problem => problems.push(problem))
  const cut = (): void => current?.close({ reason: "connection-lost", message: "cut" })
  return { fleet, link, watches, problems, cut }
}

const write = fc.record({
  does: fc.constant("write" as const),
  at: fc.nat(1),
  document: fc.nat(5),
  bytes: fc.constantFrom(10, 10, 10, 300, 6_000, 40_000),
  waitMs: fc.nat(300)
})
const breaks = fc.record({ does: fc.constant("cut" as const), waitMs: fc.nat(300) })
const steps = (...kinds: readonly (typeof write | typeof breaks)[]) =>
  fc.array(fc.oneof(...kinds), { minLength: 5, maxLength: 40 })
type Step = ReturnType<typeof steps> extends fc.Arbitrary<readonly (infer S)[]> ? S : never

async function play({ fleet, link, cut }: Line, list: readonly Step[]): Promise<void> {
  expect(await fleet.synced(link)).toBe(true)
  for (const step of list) {
    if (step.does === "write")
      fleet.host(step.at).write(`notes/${step.document}`, fleet.random.bytes(step.bytes))
    else cut()
    await fleet.time.advance(step.waitMs)
  }
  expect(await fleet.synced(link)).toBe(true)
  expect(fleet.converged).toBe(true)
}

test("[SY72] what builds on a payload that is under way does not overtake it: nothing is asked for", async () => {
  let overtook = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(), steps(write), async (seed, list) => {
      const line = open(seed, 4)
      await play(line, list)
      expect([line.watches.map(({ wants }) => wants), line.problems]).toEqual([[0, 0], []])
      for (const watch of line.watches) overtook += watch.overtook
      line.link.close()
    }),
    { numRuns: 40 }
  )
  expect(overtook).toBeGreaterThan(5)
})

test("[SY73] whatever was overtaken when a connection broke, the next one goes on from the cursor", async () => {
  let overtook = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(), steps(write, write, write, breaks), async (seed, list) => {
      const line = open(seed, 4)
      await play(line, list)
      expect(line.link.metrics.exchanges).toBe(0)
      const ends = line.problems.map(problem => problem.kind === "disconnected" && problem.closed.reason)
      expect(ends.filter(reason => reason !== "connection-lost")).toEqual([])
      for (const watch of line.watches) overtook += watch.overtook
      line.link.close()
    }),
    { numRuns: 40 }
  )
  expect(overtook).toBeGreaterThan(5)
})

test("[SY74] nothing overtakes on the way to a peer that speaks protocol 3", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), steps(write, write, breaks), async (seed, list) => {
      const line = open(seed, 3)
      await play(line, list)
      expect(line.watches.filter(({ overtook }) => overtook > 0)).toEqual([])
      line.link.close()
    }),
    { numRuns: 20 }
  )
})
