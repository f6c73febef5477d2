import { isDeepStrictEqual } from "node:util"
import { memoryStore, openReplica, type Replica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { toHex } from "../../packages/core/src/codec/hex.ts"
import { type DocumentId, parseDocumentId } from "../../packages/core/src/document/document-id.ts"
import type { Grant } from "../../packages/core/src/link/authorization.ts"
import type { Transport } from "../../packages/core/src/link/transport.ts"
import type { MemoryStore } from "../../packages/core/src/store/memory-store.ts"
import { inScope, syncScope } from "../../packages/core/src/sync/sync-scope.ts"
import { FaultyNetwork, noFaults } from "../../packages/core/src/testing/faulty-network.ts"
import { SeededRandom } from "../../packages/core/src/testing/seeded-random.ts"
import { VirtualTime } from "../../packages/core/src/testing/virtual-time.ts"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"
import { Liar } from "./liar.ts"

/** Whole conversations of real replicas over stores in memory, one of which lies. */
export const replicaTargets: readonly FuzzTarget[] = [
  { name: "replica/hostile-dialer", share: 0.1, run: random => converse(random, "dialer") },
  { name: "replica/hostile-acceptor", share: 0.1, run: random => converse(random, "acceptor") }
]

/** The same each time: what ends is not renewed. */
const credentials = (): Uint8Array => Uint8Array.of(1)

// Some that recorded frames name, so that frames of other conversations hit something.
const documents = ["c0/d0", "c1/d1", "a/x/1", "b/1"].map(parseDocumentId)
const grants: readonly Grant[] = [
  { read: "all" },
  { read: "all", write: [] },
  { read: ["c0", "a/x/"], write: ["a"] },
  {
    read: "all",
    documents: { name: "not b", mayRead: id => id !== "b/1", mayWrite: id => id.startsWith("c") }
  }
]

/** What a replica holds, by document: its version and value as text, and the hashes its version names. */
type State = ReadonlyMap<DocumentId, { readonly shown: string; readonly hashes: readonly string[] }>

/** Replicas, their stores and their time. */
class Fleet {
  readonly time: VirtualTime = new VirtualTime()
  readonly random: SeededRandom
  readonly network: FaultyNetwork
  readonly stores: readonly MemoryStore[] = [memoryStore(), memoryStore(), memoryStore()]
  readonly replicas: Replica[] = []

  constructor(seed: number) {
    this.random = new SeededRandom(seed)
    const { time, random } = this
    this.network = new FaultyNetwork({ timers: time, now: () => time.nowMs(), random, faults: noFaults })
  }

  static async open(seed: number): Promise<Fleet> {
    const fleet = new Fleet(seed)
    for (const index of fleet.stores.keys()) fleet.replicas.push(await fleet.opened(index))
    return fleet
  }

  at(index: number): Replica {
    const replica = this.replicas[index]
    if (replica === undefined) throw new RangeError(`there is no replica ${index}`)
    return replica
  }

  async opened(index: number): Promise<Replica> {
    const store = this.stores[index] ?? memoryStore()
    const opening = openReplica({
      store,
      engine: yjs(),
      ports: this.time.ports(this.random),
      retainCommits: 4
    })
    return this.time.during(opening)
  }

  async write(count: number): Promise<void> {
    const { random } = this
    for (let left = count; left > 0; left--) {
      const document = await random.pick(this.replicas).load(random.pick(documents))
      if (document.blocked !== undefined || document.deleted) continue
      document.change(draft => (draft[random.pick(["x", "y"])] = [random.integer(9), "text"]))
    }
    for (const replica of this.replicas) await this.time.during(replica.flush())
  }
}

/**
 * Replica 0 is honest; somebody between it and replica 1 changes what that one says. Afterwards replica 0 has all that it had, as it
 * was where replica 1 may not write, nothing that nobody wrote unless content was changed, shows what is stored, and syncs with replica 2.
 */
async function converse(random: FuzzRandom, hostile: "dialer" | "acceptor"): Promise<FuzzOutcome> {
  const fleet = await Fleet.open(random.below(2 ** 31))
  await fleet.write(random.below(25))
  const before = await stateOf(fleet, fleet.at(0))
  const written = await hashesOf(fleet)
  const liar = new Liar(random)
  const grant: Grant =
    hostile === "dialer" ? (grants[random.below(grants.length)] ?? { read: [] }) : { read: "all" }
  await meet(fleet, hostile, liar, grant)
  const after = await stateOf(fleet, fleet.at(0))
  judge(before, after, liar.lied.content ? undefined : written)
  judgeGrant(before, after, grant)
  await judgeStored(fleet, after)
  await judgeHonest(fleet, liar)
  return liar.lied.times > 0 ? "refused" : "accepted"
}

async function meet(fleet: Fleet, hostile: "dialer" | "acceptor", liar: Liar, grant: Grant): Promise<void> {
  const limits = { windowBytes: 8192, maxFrameBytes: 4096, helloTimeoutMs: 1_000, stallTimeoutMs: 5_000 }
  const [dialer, acceptor] = hostile === "dialer" ? [1, 0] : [0, 1]
  const clock = fleet.time.ports(fleet.random).time
  const authorize = (): Grant => ({ ...grant, expiresAt: clock.nowMs() + 2_000 })
  const line = fleet.network.transport("line", connection => {
    const heard = hostile === "dialer" ? liar.before(connection) : connection
    fleet.at(acceptor).accept(heard, { limits, authorize })
  })
  const transport: Transport = {
    ...line,
    connect: async signal => {
      const connection = await line.connect(signal)
      return hostile === "acceptor" ? liar.before(connection) : connection
    }
  }
  const link = fleet
    .at(dialer)
    .connect(transport, { limits, credentials, backoff: { baseMs: 200, maxMs: 1_000 } })
  await fleet.time.advance(3_000)
  link.close()
  await fleet.time.advance(10_000)
}

function judge(before: State, after: State, written: ReadonlySet<string> | undefined): void {
  for (const [id, { hashes }] of before)
    if (hashes.length > 0 && after.get(id) === undefined) throw new Error(`${id} is gone`)
  if (written === undefined) return
  for (const [id, { hashes }] of after)
    for (const hash of hashes)
      if (!written.has(hash)) throw new Error(`${id} names a commit that nobody wrote`)
}

/** What breaks the rules changes nothing. */
function judgeGrant(before: State, after: State, { read, write = read, documents: rule }: Grant): void {
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const isWithin = inScope(syncScope(read), id) && inScope(syncScope(write), id)
    if (isWithin && rule?.mayRead(id) !== false && rule?.mayWrite(id) !== false) continue
    if (before.get(id)?.shown !== after.get(id)?.shown)
      throw new Error(`${id} changed, which may not be written`)
  }
}

async function judgeStored(fleet: Fleet, shown: State): Promise<void> {
  await fleet.time.during(fleet.at(0).close())
  fleet.replicas[0] = await fleet.opened(0)
  const stored = await stateOf(fleet, fleet.at(0))
  if (!isDeepStrictEqual(stored, shown)) throw new Error("what is shown is not what is stored")
}

async function judgeHonest(fleet: Fleet, liar: Liar): Promise<void> {
  const line = fleet.network.transport("honest", connection => void fleet.at(0).accept(connection))
  const link = fleet.at(2).connect(line, { backoff: { baseMs: 200, maxMs: 1_000 } })
  let isSynced = false
  void link.synced().then(
    () => (isSynced = true),
    () => {}
  )
  await fleet.time.until(() => isSynced, 600_000)
  // Two who were told different things under one dot may stay apart, visibly.
  if (!isSynced && !liar.lied.content) throw new Error("an honest peer cannot sync any more")
  if (isSynced && !liar.lied.content) {
    const [near, far] = [await stateOf(fleet, fleet.at(0)), await stateOf(fleet, fleet.at(2))]
    if (!isDeepStrictEqual(near, far)) throw new Error("two who are in sync show different things")
  }
  link.close()
  for (const replica of fleet.replicas) await fleet.time.during(replica.close())
}

async function stateOf({ time }: Fleet, replica: Replica): Promise<State> {
  return time.during(readState(replica))
}

async function readState(replica: Replica): Promise<State> {
  await replica.flush()
  const state = new Map<DocumentId, { shown: string; hashes: readonly string[] }>()
  for await (const id of replica.list()) {
    const { version, value, deleted } = await replica.load(id)
    const hashes = version.entries.map(({ hash }) => toHex(hash))
    if (hashes.length > 0)
      state.set(id, { hashes, shown: `${toHex(version.digest(id))} ${deleted} ${JSON.stringify(value)}` })
  }
  return new Map([...state].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Of all commits there are, and of those that snapshots end with. */
async function hashesOf(fleet: Fleet): Promise<ReadonlySet<string>> {
  const hashes = new Set<string>()
  for (const replica of fleet.replicas)
    for (const id of documents) {
      const { commits } = await fleet.time.during(replica.host.delta(id, { after: 0 }))
      for (const { hash } of commits) hashes.add(toHex(hash))
      for (const { hash } of (await fleet.time.during(replica.host.version(id))).entries)
        hashes.add(toHex(hash))
    }
  return hashes
}
