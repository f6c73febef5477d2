import { acceptLink } from "../../packages/core/src/link/accept-link.ts"
import type { Authorize } from "../../packages/core/src/link/authorization.ts"
import { connectLink } from "../../packages/core/src/link/connect-link.ts"
import type { DocumentId } from "../../packages/core/src/document/document-id.ts"
import { GrantFleet } from "../../packages/core/src/testing/grant-fleet.ts"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"
import { Liar } from "./liar.ts"

/** Whole conversations with a peer that is granted something, and follows the protocol until it does not. */
export const grantTargets: readonly FuzzTarget[] = [
  { name: "link/granted-dialer", share: 0.25, run: converse }
]

const limits = { helloTimeoutMs: 1_000, stallTimeoutMs: 5_000 }
const settings = { limits, backoff: { baseMs: 200, maxMs: 1_000 } }

/**
 * Replica 0 lets replica 1 see and write some of what it has, for some seconds at a time; somebody changes what replica 1 says. Whatever
 * that is, replica 0 afterwards has all that it had, has nothing new of what replica 1 may not write, and said nothing of what that one may
 * not see; replica 2, which is granted something else, syncs with it.
 */
async function converse(random: FuzzRandom): Promise<FuzzOutcome> {
  const fleet = new GrantFleet(random.below(2 ** 31), 2)
  for (let left = random.below(40); left > 0; left--) fleet.writeAnywhere()
  const before = hashesOf(fleet)
  const liar = new Liar(random)
  const authorize = endingGrant(fleet, random)
  const transport = fleet.network.transport("1-0", connection => {
    const send = connection.send.bind(connection)
    connection.send = message => {
      fleet.onWire(message, 0, 1)
      send(message)
    }
    acceptLink(fleet.host(0), liar.before(connection), { limits, authorize })
  })
  let shown = 0
  const credentials = () => Uint8Array.of(shown++ % 256)
  const link = connectLink(fleet.host(1), transport, { ...settings, credentials })
  for (let turn = 0; turn < 4; turn++) {
    await fleet.time.advance(1_500)
    fleet.host(1).write("a/x/1", Uint8Array.of(turn))
  }
  link.close()
  await fleet.time.advance(5_000)
  judge(fleet, before)
  const honest = fleet.connect(2, 0, settings, { authorize: () => fleet.grantOf(2) })
  if (!(await fleet.synced(honest)) && !liar.lied.content)
    throw new Error("an honest peer cannot sync any more")
  honest.close()
  return liar.lied.times > 0 ? "refused" : "accepted"
}

/** What was granted, for ever or for so short that it is renewed some times. */
function endingGrant(fleet: GrantFleet, random: FuzzRandom): Authorize {
  const clock = fleet.host(0).ports.time
  const holdsMs = [undefined, 1_500, 4_000][random.below(3)]
  return () =>
    holdsMs === undefined ? fleet.grantOf(1) : { ...fleet.grantOf(1), expiresAt: clock.nowMs() + holdsMs }
}

function judge(fleet: GrantFleet, before: ReadonlyMap<DocumentId, ReadonlySet<string>>): void {
  const after = hashesOf(fleet)
  for (const [id, hashes] of before)
    for (const hash of hashes)
      if (after.get(id)?.has(hash) !== true) throw new Error(`a commit of ${id} is gone`)
  for (const [id, hashes] of after)
    for (const hash of hashes)
      if (before.get(id)?.has(hash) !== true && !fleet.mayWrite(1, id))
        throw new Error(`a commit of ${id} was taken, which may not be written`)
  const [leak] = fleet.leaks
  if (leak !== undefined) throw new Error(`something was told that may not be seen: ${leak}`)
}

function hashesOf(fleet: GrantFleet): ReadonlyMap<DocumentId, ReadonlySet<string>> {
  return new Map([...fleet.host(0).commits()].map(([id, commits]) => [id, new Set(commits.keys())]))
}
