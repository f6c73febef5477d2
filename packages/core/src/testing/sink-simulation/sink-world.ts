import type { Engine } from "../../engine/engine.ts"
import { memoryTransport } from "../../link/memory-transport.ts"
import { migrateSink } from "../../migration/migrate-sink.ts"
import type { FeedingOptions, ProjectionStrategy } from "../../projection/projector-options.ts"
import type { FedSink } from "../../projection/sink-group.ts"
import type { Sink } from "../../projection/sink.ts"
import type { Store } from "../../store/store.ts"
import { SeededRandom } from "../seeded-random.ts"
import { FaultDice } from "../simulation/fault-dice.ts"
import { TraceHash } from "../simulation/trace-hash.ts"
import { VirtualTime } from "../virtual-time.ts"
import { type FedSinks, Feeder } from "./feeder.ts"
import { type SinkFaultKind, sinkFaultKinds } from "./sink-fault-kinds.ts"
import type { SinkPlan } from "./sink-plan.ts"
import { SinkServer, type SinkUser } from "./sink-server.ts"
import { formerMapping, newMapping } from "./sink-tables.ts"
import type { SinkViolation } from "./sink-violation.ts"

/** What histories have in common, beside their plans. */
export interface SinkWorldOptions {
  readonly engine: Engine
  readonly wrapStore: (store: Store) => Store
  /** Puts something between a replica and a sink that is honest but for its faults. */
  readonly wrapSink: (sink: Sink) => Sink
}

/** Of every sink: a batch is few documents, and what a minute would be is half a second. */
const feeding: FeedingOptions = {
  batch: { documents: 2, timeoutMs: 500 },
  backoff: { firstMs: 10, maxMs: 200 },
  breaker: { failures: 3, restMs: 600 }
}

/** How long a lease lasts. */
export const leaseMs = 900

/** Feeders, sinks and time of one history. */
export class SinkWorld {
  readonly time: VirtualTime = new VirtualTime()
  readonly trace: TraceHash = new TraceHash()
  readonly dice: FaultDice<SinkFaultKind>
  readonly plan: SinkPlan
  readonly feeders: readonly Feeder[]
  readonly servers: readonly SinkServer[]
  /** The first promise seen broken. */
  violation: SinkViolation | undefined
  /** The sink that readers were pointed at last. */
  published: string | undefined
  commits = 0
  /** What became of records that repairs were about, and of migrations, by name. */
  readonly outcomes: Map<string, number> = new Map()
  readonly #options: SinkWorldOptions
  readonly #refused = new Set<string>()
  readonly #strategies: readonly ProjectionStrategy[]

  private constructor(plan: SinkPlan, options: SinkWorldOptions) {
    this.plan = plan
    this.#options = options
    this.dice = new FaultDice(sinkFaultKinds, plan.seed, plan.rates, plan.firing)
    const random = new SeededRandom(plan.seed)
    this.servers = Array.from(
      { length: plan.layout === "one" || plan.layout === "add" ? 1 : 2 },
      (_, index) => this.#newServer(index)
    )
    this.feeders = Array.from({ length: plan.feeders }, (_, index) => this.#newFeeder(random, index))
    this.#strategies = [0, 1].map(() => drawStrategy(random, this.isUnshared))
    this.dice.onFire(kind => this.trace.add(kind, this.time.nowMs()))
  }

  /** All feeders of a plan, up. */
  static async start(plan: SinkPlan, options: SinkWorldOptions): Promise<SinkWorld> {
    const world = new SinkWorld(plan, options)
    world.dice.isResting = true
    for (const feeder of world.feeders) await world.time.during(feeder.open())
    world.dice.isResting = false
    return world
  }

  /** A feeder by number, modulo how many there are. */
  feeder(at: number): Feeder {
    return atModulo(this.feeders, at)
  }

  /** A sink by number, modulo how many there are. */
  server(at: number): SinkServer {
    return atModulo(this.servers, at)
  }

  serverNamed(name: string | undefined): SinkServer | undefined {
    return this.servers.find(server => server.name === name)
  }

  /** Whether a sink is the one that a migration brings in. */
  isNew(server: SinkServer): boolean {
    const { layout } = this.plan
    return (layout === "add" || layout === "replace") && server === this.servers.at(-1)
  }

  /** Whether everything in a sink is of one store: no other writes to it. */
  get isUnshared(): boolean {
    return this.feeders.length === 1
  }

  /** Another strategy for a sink, from a number. */
  strategyFrom(draw: number): ProjectionStrategy {
    return drawStrategy(new SeededRandom(draw), this.isUnshared)
  }

  /** Two replicas exchange what they have. */
  async sync(): Promise<void> {
    const [one, other] = this.feeders.map(({ replica }) => replica)
    if (one === undefined || other === undefined) return
    const link = one.connect(memoryTransport(one.host.ports.timers, connection => other.accept(connection)))
    try {
      await link.synced()
    } finally {
      link.close()
      await link.closed
    }
  }

  /** Fulfilled when so much virtual time has passed. */
  pass(ms: number): Promise<void> {
    return new Promise(resolve => this.time.schedule(ms, resolve))
  }

  /** Counts an outcome. */
  count(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1)
  }

  /** Remembers the first promise seen broken. */
  violated(violation: SinkViolation): void {
    this.violation ??= violation
  }

  #newServer(index: number): SinkServer {
    const { plan, time, dice, trace } = this
    const isNew = plan.layout === "add" || (plan.layout === "replace" && index === 1)
    return new SinkServer({
      name: `sink${index}`,
      index,
      projection: isNew ? newMapping : formerMapping,
      time,
      dice,
      trace,
      remembers: plan.remembers,
      tracking: plan.tracked === true,
      onViolation: violation => this.violated(violation)
    })
  }

  #newFeeder(random: SeededRandom, index: number): Feeder {
    const { time, dice, trace } = this
    return new Feeder(
      {
        time,
        dice,
        trace,
        random,
        engine: this.#options.engine,
        refused: this.#refused,
        wrapStore: this.#options.wrapStore,
        sinksFor: user => this.#sinksFor(user),
        onViolation: violation => this.violated(violation)
      },
      index
    )
  }

  #sinksFor(user: SinkUser): FedSinks {
    const [first, second] = this.servers.map((server, at) => this.#fed(server, user, at))
    const { layout } = this.plan
    if (first === undefined) return { sinks: [], migration: undefined }
    if (layout === "one" || layout === "two")
      return { sinks: second === undefined ? [first] : [first, second], migration: undefined }
    const migration = migrateSink({
      ...(second === undefined ? { to: first } : { from: first, to: second }),
      publish: serving => this.#publish(user, serving)
    })
    return { sinks: [migration], migration }
  }

  #fed(server: SinkServer, user: SinkUser, at: number): FedSink {
    const strategy = this.#strategies[at]
    return {
      sink: this.#options.wrapSink(server.sink(user)),
      ...feeding,
      ...(strategy === undefined ? {} : { strategy }),
      ...(this.plan.leased ? { lease: { ttlMs: leaseMs } } : {})
    }
  }

  async #publish(user: SinkUser, serving: string): Promise<void> {
    if (this.dice.roll("publishError") !== undefined) {
      this.dice.fire("publishError")
      throw new Error("readers cannot be pointed anywhere, on purpose")
    }
    if (user.isAlive) this.published = serving
  }
}

function drawStrategy(random: SeededRandom, mayMend: boolean): ProjectionStrategy {
  const kinds = ["write-behind", "write-behind", "write-through", "read-repair", "reconcile"] as const
  const kind = random.pick(mayMend ? kinds : kinds.slice(0, 3))
  if (kind === "reconcile") return { kind, everyMs: 1_500 }
  return kind === "write-through" ? { kind, deadlineMs: 300 } : { kind, lingerMs: random.pick([0, 20, 100]) }
}

function atModulo<T>(items: readonly T[], number: number): T {
  const item = items[number % items.length]
  if (item === undefined) throw new RangeError("a world has feeders and sinks")
  return item
}
