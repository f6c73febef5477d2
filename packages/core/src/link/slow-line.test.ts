import { expect, it, test } from "vitest"
import { LinkFleet } from "../testing/link-fleet.ts"
import { slowConnection } from "../testing/slow-connection.ts"
import { acceptLink } from "./accept-link.ts"
import { connectLink } from "./connect-link.ts"
import { FrameSize } from "./frame-size.ts"

/** Two replicas over a line that carries so much; one of them has a document of 200 kB. */
async function overLine(bytesPerMs: number, writer: number) {
  const fleet = new LinkFleet(1, 2)
  const { time, network } = fleet
  const line = network.transport("0-1", connection => {
    acceptLink(fleet.host(1), slowConnection(connection, time, bytesPerMs))
  })
  const connect = async (signal: AbortSignal) => slowConnection(await line.connect(signal), time, bytesPerMs)
  fleet.host(writer).write("large/one", fleet.random.bytes(200_000))
  const link = connectLink(fleet.host(0), { ...line, connect })
  return { fleet, link }
}

it.each([
  [4, "dialed", 0],
  [4, "was dialed", 1],
  [1, "dialed", 0],
  [1, "was dialed", 1]
])("[LK46] over a line of %d kB/s what is large arrives, from who %s", async (bytesPerMs, _, writer) => {
  const { fleet, link } = await overLine(bytesPerMs, writer)
  expect(await fleet.synced(link)).toBe(true)
  expect(fleet.converged).toBe(true)
  const { connections } = link.metrics
  fleet.host(writer).write("large/one", fleet.random.bytes(20_000))
  expect(await fleet.synced(link)).toBe(true)
  expect([connections > 1, connections < 6, link.metrics.connections]).toEqual([true, true, connections])
})

test("[LK46] frames shrink to the least that peers take, and grow back to what was asked for", () => {
  const size = new FrameSize(2 ** 18)
  const sizes: number[] = []
  for (let i = 0; i < 4; i++) {
    size.fellSilent()
    sizes.push(size.bytes)
  }
  for (let i = 0; i < 6; i++) {
    size.arrived()
    sizes.push(size.bytes)
  }
  expect(sizes.map(Math.log2)).toEqual([16, 14, 13, 13, 14, 15, 16, 17, 18, 18])
})
