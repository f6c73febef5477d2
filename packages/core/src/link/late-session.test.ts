import { expect, test } from "vitest"
import { DeferredPart } from "../deferred/deferred-part.ts"
import * as code from "../sync/sync-session.ts"
import { syncLimits } from "../sync/sync-limits.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import { acceptLink } from "./accept-link.ts"
import { defaultBackoff } from "./backoff.ts"
import type { LinkProblem } from "./link.ts"
import { LinkRunner } from "./link-runner.ts"
import { LinkSession } from "./link-session.ts"

/** A dialing link whose code is what `fetch` gives. */
function linkWith(fetch: () => Promise<typeof code>) {
  const fleet = new LinkFleet(1, 2)
  fleet.write(10)
  const closings: string[] = []
  const line = fleet.network.transport("0-1", connection => acceptLink(fleet.host(1), connection))
  const transport = {
    ...line,
    connect: async (signal: AbortSignal) => {
      const connection = await line.connect(signal)
      const close = connection.close.bind(connection)
      return Object.assign(connection, {
        close: (closed: Parameters<typeof close>[0]) => (closings.push(closed.reason), close(closed))
      })
    }
  }
  const link = new LinkSession(
    fleet.host(0),
    {
      name: "a peer",
      role: "dialer",
      limits: syncLimits(),
      scope: "all",
      credentials: async () => undefined,
      admit: async () => ({ closed: { reason: "unauthorized", message: "nobody is let in" } })
    },
    new DeferredPart("a test", fetch)
  )
  const problems: LinkProblem[] = []
  link.onProblem(problem => problems.push(problem))
  const backoff = { ...defaultBackoff, baseMs: 10 }
  const patience = { connectTimeoutMs: 1_000, credentialsTimeoutMs: 1_000 }
  const start = (): void => new LinkRunner(link, transport, fleet.host(0).ports, backoff, patience).start()
  return { fleet, link, problems, closings, start }
}

test("[DE4] a link whose code cannot be fetched ends the connection, says so, and syncs when the code is there", async () => {
  let failures = 3
  const { fleet, link, problems, closings, start } = linkWith(async () => {
    if (failures-- > 0) throw new TypeError("Failed to fetch")
    return code
  })
  start()
  expect(await fleet.synced(link)).toBe(true)
  expect(fleet.converged).toBe(true)
  // The first attempt was made with the link itself.
  expect(problems).toMatchObject(
    [1, 2].map(() => ({
      kind: "disconnected",
      closed: { reason: "internal" },
      retryInMs: expect.any(Number)
    }))
  )
  expect(closings).toEqual(["internal", "internal"])
})

test("[DE4] what the peer sends while the code is fetched is heard when it is there", async () => {
  const { promise, resolve } = Promise.withResolvers<typeof code>()
  const { fleet, link, start } = linkWith(() => promise)
  start()
  await fleet.time.advance(500)
  expect(link.status).toBe("connecting")
  resolve(code)
  expect(await fleet.synced(link)).toBe(true)
  expect(fleet.converged).toBe(true)
})

test("[DE4] a link that is closed while its code is fetched ends the connection, and no session begins", async () => {
  const { promise, resolve } = Promise.withResolvers<typeof code>()
  const { fleet, link, closings, start } = linkWith(() => promise)
  let begun = 0
  class Counted extends code.SyncSession {
    constructor(...[host, connection, options]: ConstructorParameters<typeof code.SyncSession>) {
      begun++
      super(host, connection, options)
    }
  }
  start()
  await fleet.time.advance(500)
  link.close()
  expect(closings).toEqual(["closed"])
  resolve({ ...code, SyncSession: Counted })
  await fleet.time.advance(500)
  expect(begun).toBe(0)
  expect(link.status).toBe("closed")
})
