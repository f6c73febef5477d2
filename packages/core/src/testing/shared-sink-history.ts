import type { Engine } from "../engine/engine.ts"
import { memoryTransport } from "../link/memory-transport.ts"
import { silentLogger } from "../ports/system-ports.ts"
import type { Sink, SinkSession, SinkWrite, Watermark } from "../projection/sink.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { assertEqual } from "./contract-assert.ts"
import { SeededRandom } from "./seeded-random.ts"

/** Holds back what a replica does in its sink. */
export interface SinkGate {
  /** What waits. */
  readonly held: number
  /** From now on everything waits. */
  hold(): void
  /** Nothing waits any more. */
  letGo(): void
  /** Lets one go that waits, by its place among them, counted round and round; what follows from it waits. */
  letOneGo(index: number): void
}

/** What a history of a shared sink is played with. */
export interface SharedSinkFixture {
  readonly engine: Engine
  /** Another object over the same place with every call, as two processes open one database. */
  readonly sink: () => Sink
  /** The sink of the stale replica, and what holds it back. Absent: its batches wait as a whole. */
  readonly stale?: { readonly sink: Sink; readonly gate: SinkGate }
  /** Runs when everything has come in, with the replica that has the join, before records are looked at: for what is to be mended. */
  readonly settle?: (live: Replica) => Promise<void>
}

/** What happened in a history, so that a test can tell that something did. */
export interface SharedSinkCounts {
  /** Batches of the stale writer, or parts of them, that came in after the other one had written the join. */
  readonly late: number
  readonly commits: number
}

const steps = 16
const documents = 4

/**
 * Two replicas, each with a store of its own, feed one sink. Each commits, they sync now and then; what one of them writes waits until the schedule lets it in.
 * In the end the other one has the join of what both wrote and writes it, and only then what the stale one still writes comes in. Then every record must be of
 * the join's version, deleted as it is, and whole under the seal of one of them.
 *
 * @throws ContractViolation naming the seed.
 */
export async function playSharedSink(seed: number, fixture: SharedSinkFixture): Promise<SharedSinkCounts> {
  const random = new SeededRandom(seed)
  const live = await SinkWriter.open(fixture, new GatedSink(fixture.sink()))
  const batches = new GatedSink(fixture.stale?.sink ?? fixture.sink())
  const gate = fixture.stale?.gate ?? batches
  const stale = await SinkWriter.open(fixture, batches)
  try {
    let commits = 0
    const commit = async (writer: SinkWriter): Promise<void> => {
      commits++
      await writer.commit(`notes/${random.integer(documents)}`, random)
    }
    for (let step = 0; step < steps; step++) {
      const gated = random.next()
      if (gated < 0.3) gate.hold()
      else if (gated < 0.4) gate.letGo()
      else gate.letOneGo(random.integer(8))
      const roll = random.next()
      if (roll < 0.6) await commit(random.pick([live, stale]))
      else if (roll < 0.7) await sync(live, stale)
      else if (roll < 0.8) await live.flush()
      else await turns(random.integer(10))
    }
    gate.hold()
    await commit(stale)
    for (let some = random.integer(12); some > 0; some--) {
      await turns(2)
      gate.letOneGo(random.integer(8))
    }
    await sync(live, stale)
    await commit(live)
    await live.flush()
    const late = gate.held
    gate.letGo()
    await stale.flush()
    await live.flush()
    await fixture.settle?.(live.replica)
    await check(seed, live, stale)
    return { late, commits }
  } finally {
    gate.letGo()
    await Promise.all([live.close(), stale.close()])
  }
}

/** A replica that feeds the sink. */
class SinkWriter {
  readonly replica: Replica
  readonly #sink: GatedSink

  private constructor(replica: Replica, sink: GatedSink) {
    this.replica = replica
    this.#sink = sink
  }

  static async open(fixture: SharedSinkFixture, gated: GatedSink): Promise<SinkWriter> {
    const replica = await openReplica({
      store: memoryStore(),
      engine: fixture.engine,
      sinks: [
        {
          sink: gated,
          strategy: { kind: "write-through" },
          // Who was overtaken opens anew, which must not take longer than a history.
          backoff: { firstMs: 1, maxMs: 2 },
          breaker: { failures: 1000 }
        }
      ],
      ports: { logger: silentLogger }
    })
    return new SinkWriter(replica, gated)
  }

  get session(): SinkSession | undefined {
    return this.#sink.session
  }

  async commit(id: string, random: SeededRandom): Promise<void> {
    const document = await this.replica.load(id)
    if (document.deleted) await document.undelete().durable
    else if (random.chance(0.15)) await document.delete().durable
    else await document.change(draft => Object.assign(draft, { n: random.integer(1000) })).durable
  }

  flush(): Promise<void> {
    return this.replica.sink(this.#sink.name).flush()
  }

  close(): Promise<void> {
    return this.replica.close()
  }
}

/** A sink whose batches can be held back as a whole, and whose session is there to be asked. */
class GatedSink implements Sink, SinkGate {
  readonly name: string
  readonly #sink: Sink
  readonly #waiting: (() => void)[] = []
  #isHeld = false
  session: SinkSession | undefined

  constructor(sink: Sink) {
    this.name = sink.name
    this.#sink = sink
  }

  get held(): number {
    return this.#waiting.length
  }

  hold(): void {
    this.#isHeld = true
  }

  letGo(): void {
    this.#isHeld = false
    for (const go of this.#waiting.splice(0)) go()
  }

  letOneGo(index: number): void {
    const [go] = this.#waiting.splice(index % Math.max(1, this.#waiting.length), 1)
    go?.()
  }

  async open(context: Parameters<Sink["open"]>[0]): Promise<SinkSession> {
    const session = await this.#sink.open(context)
    const apply = session.apply.bind(session)
    this.session = Object.assign(session, {
      apply: async (writes: readonly SinkWrite[], watermark: Watermark) => {
        if (this.#isHeld && writes.length > 0) await new Promise<void>(resolve => this.#waiting.push(resolve))
        await apply(writes, watermark)
      }
    })
    return session
  }
}

async function sync(from: SinkWriter, to: SinkWriter): Promise<void> {
  const { ports } = from.replica.host
  const link = from.replica.connect(
    memoryTransport(ports.timers, connection => to.replica.accept(connection))
  )
  await link.synced()
  link.close()
  await link.closed
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>(resolve => setTimeout(resolve, 0))
}

async function check(seed: number, live: SinkWriter, stale: SinkWriter): Promise<void> {
  const ids: string[] = []
  for await (const id of live.replica.list()) ids.push(id)
  const bySession = await Promise.all(
    [live, stale].map(async ({ session }) => (await session?.read(ids)) ?? [])
  )
  for (const [index, id] of ids.entries()) {
    const document = await live.replica.load(id)
    const records = bySession.map(found => found.find(record => record.id === id))
    const found = {
      digest: records[0]?.digest,
      height: records[0]?.key?.height,
      deleted: records[0]?.deleted,
      isSealed: records.some(record => record?.sealed === true)
    }
    const { version, deleted } = document
    const expected = { digest: version.digest(document.id), height: version.height, deleted, isSealed: true }
    assertEqual(found, expected, `seed ${seed}: record ${index} of ${ids.length}, ${id}`)
  }
}
