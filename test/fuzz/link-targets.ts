import { acceptLink } from "../../packages/core/src/link/accept-link.ts"
import { connectLink } from "../../packages/core/src/link/connect-link.ts"
import type { Connection } from "../../packages/core/src/link/transport.ts"
import { LinkFleet } from "../../packages/core/src/testing/link-fleet.ts"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"
import { Liar } from "./liar.ts"

/** Whole conversations with a peer that follows the protocol until it does not. */
export const linkTargets: readonly FuzzTarget[] = [
  { name: "link/hostile-dialer", share: 0.25, run: random => converse(random, "dialer") },
  { name: "link/hostile-acceptor", share: 0.25, run: random => converse(random, "acceptor") }
]

/**
 * Replica 0 is honest; somebody between it and replica 1 changes what that one says: members of frames, their order, their
 * number, or puts in frames of other conversations. Afterwards replica 0 still has what it had, has nothing that nobody
 * wrote unless content was changed, and syncs with replica 2 as if nothing had been.
 */
async function converse(random: FuzzRandom, hostile: "dialer" | "acceptor"): Promise<FuzzOutcome> {
  const fleet = new LinkFleet(random.below(2 ** 31), 3)
  fleet.write(random.below(40))
  const before = commitsOf(fleet, 0)
  const written = new Set([0, 1, 2].flatMap(index => [...commitsOf(fleet, index)]))
  const liar = new Liar(random)
  const limits = { windowBytes: 8192, maxFrameBytes: 4096, helloTimeoutMs: 1_000, stallTimeoutMs: 5_000 }
  const settings = { limits, backoff: { baseMs: 200, maxMs: 1_000 } }
  const transport = fleet.network.transport("0-1", connection => {
    if (hostile === "dialer") acceptLink(fleet.host(0), liar.before(connection), { limits })
    else acceptLink(fleet.host(1), connection, { limits })
  })
  const connect = async (signal: AbortSignal): Promise<Connection> => {
    const connection = await transport.connect(signal)
    return hostile === "acceptor" ? liar.before(connection) : connection
  }
  const link = connectLink(fleet.host(hostile === "dialer" ? 1 : 0), { ...transport, connect }, settings)
  await fleet.time.advance(3_000)
  link.close()
  await fleet.time.advance(10_000)
  judge(fleet, before, liar.lied.content ? undefined : written)
  const honest = fleet.connect(2, 0, settings)
  // Two who were told different things under one dot stay apart, visibly: that is for replicas to settle, which these are not.
  if (!(await fleet.synced(honest)) && !liar.lied.content)
    throw new Error("an honest peer cannot sync any more")
  honest.close()
  return liar.lied.times > 0 ? "refused" : "accepted"
}

function judge(
  fleet: LinkFleet,
  before: ReadonlySet<string>,
  allowed: ReadonlySet<string> | undefined
): void {
  const after = commitsOf(fleet, 0)
  for (const commit of before) if (!after.has(commit)) throw new Error(`a commit is gone: ${commit}`)
  if (allowed === undefined) return
  for (const commit of after)
    if (!allowed.has(commit)) throw new Error(`a commit that nobody wrote: ${commit}`)
}

function commitsOf(fleet: LinkFleet, index: number): ReadonlySet<string> {
  const lines = fleet.host(index).contents().split("\n").filter(Boolean)
  return new Set(
    lines.flatMap(line => {
      const [document, ...hashes] = line.split(" ")
      return hashes.map(hash => `${document} ${hash}`)
    })
  )
}
