import type { Engine } from "../engine/engine.ts"
import { memoryTransport } from "../link/memory-transport.ts"
import { silentLogger } from "../ports/system-ports.ts"
import type { Sink, SinkSession, SinkWrite, Watermark } from "../projection/sink.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { assertEqual } from "./contract-assert.ts"
import { SeededRandom } from "./seeded-random.ts"

/** What a history of a shared sink is played with. */
export interface SharedSinkFixture {
  readonly engine: Engine
  /** Another object over the same place with every call, as two processes open one database. */
  readonly sink: () => Sink
}

/** What happened in a history, so that a test can tell that something did. */
export interface SharedSinkCounts {
  /** Batches of the stale writer that came in after the other one had written the join. */
  readonly late: number
  readonly commits: number
}

const steps = 16
const documents = 4

/**
 * Two replicas, each with a store of its own, feed one sink. Each commits, they sync now and then; the batches of one of them wait until the schedule lets them in.
 * In the end the other one has the join of what both wrote and writes it, and only then the stale one's last batches come in. Then every record must be of
 * the join's version, deleted as it is, and whole under the seal of one of them.
 *
 * @throws ContractViolation naming the seed.
 */
export async function playSharedSink(seed: number, fixture: SharedSinkFixture): Promise<SharedSinkCounts> {
  const random = new SeededRandom(seed)
  const live = await SinkWriter.open(fixture)
  const stale = await SinkWriter.open(fixture)
  try {
    let commits = 0
    const commit = async (writer: SinkWriter): Promise<void> => {
      commits++
      await writer.commit(`notes/${random.integer(documents)}`, random)
    }
    for (let step = 0; step < steps; step++) {
      const roll = random.next()
      if (roll < 0.3) stale.hold()
      else if (roll < 0.5) stale.letGo()
      if (roll < 0.75) await commit(random.pick([live, stale]))
      else if (roll < 0.85) await sync(live, stale)
      else await turns(random.integer(10))
    }
    stale.hold()
    await commit(stale)
    await sync(live, stale)
    await commit(live)
    await live.flush()
    const late = stale.held
    stale.letGo()
    await stale.flush()
    await live.flush()
    await check(seed, live, stale)
    return { late, commits }
  } finally {
    stale.letGo()
    await Promise.all([live.close(), stale.close()])
  }
}

/** A replica that feeds the sink, and the gate its batches go through. */
class SinkWriter {
  readonly replica: Replica
  readonly #gated: GatedSink

  private constructor(replica: Replica, gated: GatedSink) {
    this.replica = replica
    this.#gated = gated
  }

  static async open(fixture: SharedSinkFixture): Promise<SinkWriter> {
    const gated = new GatedSink(fixture.sink())
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
    return this.#gated.session
  }

  get held(): number {
    return this.#gated.waiting.length
  }

  hold(): void {
    this.#gated.isHeld = true
  }

  letGo(): void {
    this.#gated.isHeld = false
    for (const go of this.#gated.waiting.splice(0)) go()
  }

  async commit(id: string, random: SeededRandom): Promise<void> {
    const document = await this.replica.load(id)
    if (document.deleted) await document.undelete().durable
    else if (random.chance(0.15)) await document.delete().durable
    else await document.change(draft => Object.assign(draft, { n: random.integer(1000) })).durable
  }

  flush(): Promise<void> {
    return this.replica.sink(this.#gated.name).flush()
  }

  close(): Promise<void> {
    return this.replica.close()
  }
}

class GatedSink implements Sink {
  readonly name: string
  readonly waiting: (() => void)[] = []
  readonly #sink: Sink
  isHeld = false
  session: SinkSession | undefined

  constructor(sink: Sink) {
    this.name = sink.name
    this.#sink = sink
  }

  async open(context: Parameters<Sink["open"]>[0]): Promise<SinkSession> {
    const session = await this.#sink.open(context)
    const apply = session.apply.bind(session)
    this.session = Object.assign(session, {
      apply: async (writes: readonly SinkWrite[], watermark: Watermark) => {
        if (this.isHeld && writes.length > 0) await new Promise<void>(resolve => this.waiting.push(resolve))
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
