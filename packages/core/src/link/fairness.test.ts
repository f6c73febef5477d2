import { expect, test } from "vitest"
import { LinkFleet } from "../testing/link-fleet.ts"
import { slowConnection } from "../testing/slow-connection.ts"
import { acceptLink } from "./accept-link.ts"
import { connectLink } from "./connect-link.ts"
import type { Link } from "./link.ts"

const bytesPerMs = 1_000
const largeBytes = 8_000_000

interface Slow {
  readonly fleet: LinkFleet
  readonly link: Link
  /** How long each commit of a small document waited, in milliseconds. */
  readonly waits: number[]
}

/** Two replicas over a line of a megabyte a second. */
function slowFleet(): Slow {
  const fleet = new LinkFleet(1, 2)
  const { time, network } = fleet
  const line = network.transport("0-1", connection => {
    acceptLink(fleet.host(1), slowConnection(connection, time, bytesPerMs))
  })
  const transport = {
    ...line,
    connect: async (signal: AbortSignal) => slowConnection(await line.connect(signal), time, bytesPerMs)
  }
  const waits: number[] = []
  fleet.host(1).onDurable(({ commits }) => {
    for (const { document, update } of commits)
      if (document.startsWith("small/"))
        waits.push(time.nowMs() - new DataView(update.buffer, update.byteOffset).getFloat64(0))
  })
  return { fleet, link: connectLink(fleet.host(0), transport), waits }
}

/** Edits of many documents, each of which says when it was made. */
async function type({ fleet }: Slow, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const update = new Uint8Array(20)
    new DataView(update.buffer).setFloat64(0, fleet.time.nowMs())
    fleet.host(0).write(`small/${i % 40}`, update)
    await fleet.time.advance(20)
  }
}

test("[SY70] while a large document is sent, edits of others wait for no more than the window", async () => {
  const slow = slowFleet()
  await slow.fleet.time.advance(1_000)
  slow.fleet.host(0).write("large/one", slow.fleet.random.bytes(largeBytes))
  await type(slow, 200)
  expect(await slow.fleet.synced(slow.link)).toBe(true)
  expect(slow.waits.length).toBe(200)
  expect(Math.max(...slow.waits)).toBeLessThan(1_500)
  expect(slow.fleet.converged).toBe(true)
})

test("[SY70] where edits of others never cease, and are more than the line carries, the large one still arrives", async () => {
  const { fleet } = slowFleet()
  await fleet.time.advance(1_000)
  fleet.host(0).write("large/one", fleet.random.bytes(1_500_000))
  for (let i = 0; i < 600; i++) {
    fleet.host(0).write(`small/${i % 40}`, fleet.random.bytes(15_000))
    await fleet.time.advance(10)
  }
  expect([...fleet.host(1).commits().keys()]).toContain("large/one")
})
