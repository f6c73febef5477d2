// Runs in a process of its own, started by known-cost.ts: reconnections of two replicas that met before.
import { webSocketTransport } from "@syncline/adapters/websocket"
import type { Replica } from "@syncline/core"
import { seededRandom } from "../harness/seeded-random.ts"
import { type CountingProxy, countingProxy } from "./counting-proxy.ts"
import type { KnownCost, KnownOrder, KnownStep } from "./known-order.ts"
import { type KnownPeers, knownPeers } from "./known-peers.ts"
import { appendToNote, readNote } from "./notes.ts"
import { serveReplica } from "./served-replica.ts"

/** A document that was changed, and what it then said. */
interface Changed {
  readonly index: number
  readonly at: Replica
  readonly text: string
}

const order = JSON.parse(process.argv[2] ?? "") as KnownOrder
const random = seededRandom(order.documents)
process.send?.(await run())

async function run(): Promise<readonly KnownCost[]> {
  let peers = await knownPeers(order.documents)
  const costs: KnownCost[] = []
  for (const step of order.steps) {
    if (step.restarted === true) peers = await peers.reopen()
    costs.push(await stepCost(peers, step))
  }
  return costs
}

async function stepCost(
  peers: KnownPeers,
  { changed, delayMs = 0, restarted }: KnownStep
): Promise<KnownCost> {
  const { server, client } = peers
  const { changes, updateBytes } = await edit(peers, changed)
  // A replica that runs has been asked for its roots before.
  if (restarted !== true) await Promise.all([server.host.unitRoots(), client.host.unitRoots()])
  globalThis.gc?.()
  const proxy = await countingProxy(await serveReplica(server), delayMs)
  const arrival = arrivalOf(peers, changed, proxy)
  const start = performance.now()
  const link = client.connect(webSocketTransport(`ws://127.0.0.1:${proxy.port}/sync`))
  await link.synced()
  while (server.links.at(-1)?.status !== "live") await new Promise(resolve => setTimeout(resolve, 1))
  const equalMs = performance.now() - start
  if (link.metrics.exchanges > 0) throw new Error("the replicas did not know each other")
  await proxy.silent(order.silenceMs + 3 * delayMs)
  const { up, down, turns } = proxy.traffic
  await mustHave(peers, changes)
  link.close()
  while (proxy.connections > 0) await new Promise(resolve => setTimeout(resolve, 1))
  proxy.close()
  return { bytes: up + down, updateBytes, equalMs, turns, turnsUntilThere: arrival() }
}

async function edit(
  { server, client }: KnownPeers,
  changed: number
): Promise<{ readonly changes: readonly Changed[]; readonly updateBytes: number }> {
  let updateBytes = 0
  const stop = [server, client].map(replica =>
    replica.host.onDurable(({ commits }) => {
      for (const { update } of commits) updateBytes += update.length
    })
  )
  const changes: Changed[] = []
  for (let i = 0; i < changed; i++) {
    const at = i % 2 === 0 ? server : client
    const index = Math.floor(((i + 0.5) * order.documents) / changed)
    // Random, so that what is sent of it cannot be compressed away.
    await appendToNote(at, index, ` ${random().toString(36).slice(2, 12)}`)
    changes.push({ index, at, text: (await readNote(at, index)) ?? "" })
  }
  await server.flush()
  await client.flush()
  for (const end of stop) end()
  return { changes, updateBytes }
}

/** Notes how many turns there were when the last of so many commits became durable where it was not made. */
function arrivalOf({ server, client }: KnownPeers, expected: number, proxy: CountingProxy): () => number {
  let arrived = 0
  let turns = 0
  const stop = [server, client].map(replica =>
    replica.host.onDurable(({ commits }) => {
      arrived += commits.length
      if (arrived === expected) turns = proxy.traffic.turns
    })
  )
  return () => {
    for (const end of stop) end()
    if (arrived !== expected) throw new Error(`${arrived} commits arrived of ${expected}`)
    return turns
  }
}

async function mustHave({ server, client }: KnownPeers, changes: readonly Changed[]): Promise<void> {
  for (const { index, text } of changes)
    for (const replica of [server, client])
      if ((await readNote(replica, index)) !== text)
        throw new Error(`the roots were equal, and document ${index} is not`)
}
