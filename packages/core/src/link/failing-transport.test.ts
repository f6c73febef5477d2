import fc from "fast-check"
import { expect, test } from "vitest"
import { LinkFleet } from "../testing/link-fleet.ts"
import { acceptLink } from "./accept-link.ts"
import { connectLink } from "./connect-link.ts"
import type { Link, LinkProblem } from "./link.ts"
import type { Connection } from "./transport.ts"

/** What of a connection throws, and at which call. */
interface Break {
  readonly what: "send" | "bufferedBytes" | "close"
  readonly at: number
}

/** Two replicas over connections of which those of the dialing side go wrong once. */
function linkOver({ what, at }: Break): { readonly fleet: LinkFleet; readonly link: Link } {
  const fleet = new LinkFleet(at, 2)
  fleet.write(20)
  const line = fleet.network.transport("0-1", connection => acceptLink(fleet.host(1), connection))
  let calls = 0
  const count = (): void => {
    if (calls++ === at) throw new Error("the socket is gone")
  }
  const breaking = (connection: Connection): Connection => ({
    send: (message, owned) => (what === "send" && count(), connection.send(message, owned)),
    get bufferedBytes() {
      if (what === "bufferedBytes") count()
      return connection.bufferedBytes
    },
    onMessage: listener => connection.onMessage(listener),
    onClose: listener => connection.onClose(listener),
    close: closed => (connection.close(closed), what === "close" && count())
  })
  const transport = { ...line, connect: async (signal: AbortSignal) => breaking(await line.connect(signal)) }
  return { fleet, link: connectLink(fleet.host(0), transport, { backoff: { baseMs: 10, maxMs: 100 } }) }
}

test.each([
  ["send", "connection-lost"],
  ["bufferedBytes", "internal"]
] as const)("[LK42] a connection whose %s throws ends as %s, and the link goes on", async (what, reason) => {
  const { fleet, link } = linkOver({ what, at: 1 })
  const problems: LinkProblem[] = []
  link.onProblem(problem => problems.push(problem))
  expect(await fleet.synced(link)).toBe(true)
  expect(problems).toMatchObject([{ kind: "disconnected", closed: { reason } }])
  expect(fleet.converged).toBe(true)
})

test("[LK42] whatever of a connection throws, and whenever: both sides converge", async () => {
  const breaks = fc.record({
    what: fc.constantFrom<Break["what"]>("send", "bufferedBytes", "close"),
    at: fc.nat(12)
  })
  await fc.assert(
    fc.asyncProperty(breaks, async how => {
      const { fleet, link } = linkOver(how)
      await fleet.time.advance(200)
      fleet.write(5)
      expect(await fleet.synced(link)).toBe(true)
      expect(fleet.converged).toBe(true)
      link.close()
      await fleet.time.advance(100)
      expect(link.status).toBe("closed")
    }),
    { numRuns: 60 }
  )
})
