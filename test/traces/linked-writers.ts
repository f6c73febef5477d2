import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { getActorId } from "@automerge/automerge"
import { sqliteSink, sqliteStore } from "@syncline/adapters/sqlite"
import { webSocketTransport } from "@syncline/adapters/websocket"
import { attachSyncServer } from "@syncline/adapters/websocket/server"
import {
  type Commit,
  type Connection,
  type Engine,
  type Link,
  memoryStore,
  memoryTransport,
  openReplica,
  type Replica,
  silentLogger,
  systemPorts,
  type Transport
} from "@syncline/core"
import { type AutomergeNative, automerge } from "@syncline/core/automerge"
import { memorySink } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import type * as Y from "yjs"
import type { ConcurrentTransaction } from "../../bench/traces/editing-trace.ts"
import { applyTransaction, type Paper, papers } from "../../bench/traces/replay-trace.ts"
import { Gate } from "./gate.ts"
import { stateOf } from "./raw-writers.ts"
import { type Agent, otherThan, type Writers } from "./schedule.ts"

/** The engines both sides can be on. */
export const engines = { yjs: yjs(), automerge: automerge() } as const

/** `disk`: stores and sinks in SQLite files, a WebSocket between them. `memory`: neither. */
export type Place = "disk" | "memory"

const name = "shared"

/** The gates hold back what is not to arrive yet; what is held for the sake of larger batches only makes each step wait. */
const limits = { batchIntervalMs: 0 }

/** One of the two: its replica, and what it wrote. */
interface Side {
  readonly replica: Replica
  readonly document: Paper
  readonly made: Commit[]
  /** How many it had made at the end of each batch it sent. */
  readonly batches: number[]
  /** Through which it gets what the other one sends, and how many batches were let through. */
  readonly gate: Gate
  released: number
}

/** What to let go of at the end, last things first. */
type Cleanups = (() => Promise<unknown> | void)[]

/** Two replicas with one document, over one link that brings commits only when told to. */
export class LinkedWriters implements Writers {
  readonly #sides: readonly [Side, Side]
  readonly #cleanups: Cleanups
  readonly link: Link

  private constructor(sides: readonly [Side, Side], link: Link, cleanups: Cleanups) {
    this.#sides = sides
    this.link = link
    this.#cleanups = cleanups
  }

  static async open(engine: keyof typeof engines, place: Place): Promise<LinkedWriters> {
    const cleanups: Cleanups = []
    try {
      const folder = place === "disk" ? mkdtempSync(join(tmpdir(), "syncline-writers-")) : undefined
      if (folder !== undefined) cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
      const pair = [
        await openSide(engines[engine], folder, "one", cleanups),
        await openSide(engines[engine], folder, "two", cleanups)
      ] as const
      const sides = inOrder(pair)
      const [client, server] = sides
      const accept = (connection: Connection): void =>
        void server.replica.accept(server.gate.guard(connection), { limits })
      const transport = place === "disk" ? await webSocket(accept, cleanups) : inMemory(accept)
      const link = client.replica.connect(guarded(transport, client.gate), { limits })
      await link.synced()
      return new LinkedWriters(sides, link, cleanups)
    } catch (error) {
      await runAll(cleanups)
      throw error
    }
  }

  /** Under which the engine of each side writes. */
  get identities(): readonly [number, number] | readonly [string, string] {
    const [first, second] = this.#sides.map(identityOf)
    return typeof first === "number" && typeof second === "number"
      ? [first, second]
      : [String(first), String(second)]
  }

  async write(agent: Agent, transactions: readonly ConcurrentTransaction[]): Promise<void> {
    const side = this.#sides[agent]
    for (const transaction of transactions) applyTransaction(side.document, transaction)
    await side.replica.flush()
    side.batches.push(side.made.length)
    // Else the next batch could travel in one message with this one, and not be held apart.
    await this.#whileLinked(this.#sides[otherThan(agent)].gate.arrived(side.batches.length))
  }

  async merge(agent: Agent, count: number): Promise<void> {
    const [side, other] = [this.#sides[agent], this.#sides[otherThan(agent)]]
    for (; (other.batches[side.released - 1] ?? 0) < count; side.released++) side.gate.release()
    await this.#whileLinked(untilHas(side, other, count))
    const has = side.document.version.get(other.replica.actor)
    if (has !== count) throw new Error(`agent ${agent} got ${has} transactions instead of ${count}`)
  }

  /** Lets everything through, and waits until both sides have compared equal roots. */
  async settle(): Promise<void> {
    for (const { gate } of this.#sides) gate.open()
    await this.link.synced()
  }

  text(agent: Agent): string {
    return this.#sides[agent].document.value.body
  }

  /** As `RawWriters.state`. */
  state(agent: Agent): string {
    const { native } = this.#sides[agent].document
    return isAutomerge(native) ? stateOf.automerge(native.doc()) : stateOf.yjs(native as Y.Doc)
  }

  /** Digest of the stored document, root of the collection and version, in hex. */
  async stored(agent: Agent): Promise<string> {
    const { replica, document } = this.#sides[agent]
    const [unit] = await replica.host.unitRoots()
    return [unit?.root ?? [], document.version.encode()]
      .map(bytes => Buffer.from(bytes).toString("hex"))
      .join()
  }

  /** For each transaction an agent made, how many of the other one's its commit says it builds on. */
  past(agent: Agent): readonly number[] {
    const { actor } = this.#sides[otherThan(agent)].replica
    let seen = 0
    return this.#sides[agent].made.map(({ dependencies }) => {
      seen = dependencies.find(dependency => dependency.actor === actor)?.seq ?? seen
      return seen
    })
  }

  /** What is wrong with the sinks, as verification has it, and with the stores; empty where nothing is. */
  async problems(agent: Agent): Promise<readonly string[]> {
    const { replica } = this.#sides[agent]
    const report = await replica.verify()
    const consistent = report.sinks.reduce((sum, { counts }) => sum + counts.consistent, 0)
    return [
      ...(report.clean && consistent === 1 ? [] : [JSON.stringify(report)]),
      ...(await replica.checkIntegrity()).map(problem => JSON.stringify(problem))
    ]
  }

  /** How many conflicts a side has recorded. */
  async conflicts(agent: Agent): Promise<number> {
    let count = 0
    for await (const _ of this.#sides[agent].replica.conflicts.list()) count++
    return count
  }

  async close(): Promise<void> {
    await runAll(this.#cleanups)
  }

  #whileLinked<T>(work: Promise<T>): Promise<T> {
    const ended = this.link.closed.then(({ message }) =>
      Promise.reject(new Error(`the link ended: ${message}`))
    )
    return Promise.race([work, ended])
  }
}

async function openSide(
  engine: Engine,
  folder: string | undefined,
  side: string,
  cleanups: Cleanups
): Promise<Side> {
  const store =
    folder === undefined
      ? memoryStore({ name: side })
      : sqliteStore(join(folder, `${side}.db`), { stateDirectory: join(folder, "state") })
  const sink = folder === undefined ? memorySink() : sqliteSink(join(folder, `${side}-rows.db`))
  const replica = await openReplica({
    store,
    engine,
    collections: [papers],
    sinks: [sink],
    // Conflicts are looked for among commits that are not folded.
    retainCommits: Number.POSITIVE_INFINITY,
    ports: { logger: silentLogger }
  })
  cleanups.push(() => replica.close())
  const made: Commit[] = []
  replica.host.onDurable(({ commits, origin }) => {
    if (origin === undefined) made.push(...commits)
  })
  const document = await replica.load(papers, name)
  return { replica, document, made, batches: [], gate: new Gate(), released: 0 }
}

function inMemory(accept: (connection: Connection) => void): Transport {
  return memoryTransport(systemPorts().timers, accept)
}

/** Through the loopback interface. */
async function webSocket(accept: (connection: Connection) => void, cleanups: Cleanups): Promise<Transport> {
  const http = createServer()
  const server = await attachSyncServer(http, { accept })
  await new Promise<void>(resolve => http.listen(0, "127.0.0.1", resolve))
  cleanups.push(async () => {
    await server.close()
    http.close()
  })
  return webSocketTransport(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/sync`)
}

function guarded(inner: Transport, gate: Gate): Transport {
  return { name: inner.name, connect: async signal => gate.guard(await inner.connect(signal)) }
}

/** Not by `subscribe`, which tells of values: what one side inserted and deleted again changes none. */
function untilHas({ replica, document }: Side, writer: Side, count: number): Promise<void> {
  const has = (): boolean => document.version.get(writer.replica.actor) >= count
  if (has()) return Promise.resolve()
  return new Promise(resolve => {
    const stop = replica.host.onDurable(() => {
      if (!has()) return
      stop()
      resolve()
    })
  })
}

/** What two insert at one place Yjs orders by identity, and the recording by agent: the lower one is agent 0. */
function inOrder(pair: readonly [Side, Side]): readonly [Side, Side] {
  const [a, b] = pair.map(({ document }) => document.native)
  // Asked for its document, the handle of Automerge builds objects from then on; it is asked at the end.
  if (isAutomerge(a) || isAutomerge(b)) return pair
  return (a as Y.Doc).clientID < (b as Y.Doc).clientID ? pair : [pair[1], pair[0]]
}

function identityOf({ document }: Side): number | string {
  const { native } = document
  return isAutomerge(native) ? getActorId(native.doc()) : (native as Y.Doc).clientID
}

function isAutomerge(native: unknown): native is AutomergeNative {
  return typeof native === "object" && native !== null && "isReady" in native
}

async function runAll(cleanups: Cleanups): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
}
