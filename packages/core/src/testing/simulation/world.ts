import type { ActorId, Dot } from "@syncline/clock"
import { toHex } from "../../codec/hex.ts"
import type { Commit } from "../../commit/commit.ts"
import { collectionOf, type DocumentId, parseDocumentId } from "../../document/document-id.ts"
import type { Replica } from "../../replica/replica.ts"
import type { ReplicaEvent } from "../../replica/replica-events.ts"
import type { Store } from "../../store/store.ts"
import { pathsAbove } from "./paths-above.ts"
import { SeededRandom } from "../seeded-random.ts"
import { VirtualTime } from "../virtual-time.ts"
import { CommitLedger } from "./commit-ledger.ts"
import { FaultDice } from "./fault-dice.ts"
import { type FaultKind, faultKinds, hostileFaults, messageFaults, storeFaults } from "./fault-kinds.ts"
import type { HistoryPlan } from "./history-plan.ts"
import { HoldLedger } from "./hold-ledger.ts"
import { Line, type LineSetting } from "./line.ts"
import { grantOf, isWhole, type LineGrant } from "./line-grant.ts"
import { Machine, type MachineSetting } from "./machine.ts"
import { SimulatedNetwork } from "./simulated-network.ts"
import { TraceHash } from "./trace-hash.ts"
import { Violation } from "./violation.ts"

/** What the fleet of a history is made of, beside its plan. */
export interface WorldOptions {
  readonly replica: MachineSetting["replica"]
  readonly wrapStore: (store: Store, machine: number) => Store
  readonly wrapGrant: LineSetting["wrapGrant"]
  /** Ids of the documents that actions and grants are about. */
  readonly documents: readonly string[]
}

/** Few commits are many frames, pages and windows so; silence is noticed within two virtual seconds. */
const smallLimits = {
  windowBytes: 4096,
  maxFrameBytes: 8192,
  batchBytes: 300,
  maxQueuedBytes: 1000,
  pageEntries: 2
}
const patience = {
  helloTimeoutMs: 1_000,
  admitTimeoutMs: 2_000,
  pingIntervalMs: 1_000,
  pingTimeoutMs: 1_000,
  stallTimeoutMs: 5_000,
  settleMs: 100,
  divergedRetryMs: 200
}

/** Machines, lines and time of one history. */
export class World {
  readonly time: VirtualTime = new VirtualTime()
  readonly trace: TraceHash = new TraceHash()
  readonly dice: FaultDice
  readonly network: SimulatedNetwork
  readonly ledger: CommitLedger = new CommitLedger()
  /** Which commits may be where, as was granted. */
  readonly holds: HoldLedger = new HoldLedger()
  /** Names under which two may have written, durably or not. */
  readonly sharedNames: Set<ActorId> = new Set()
  readonly machines: Machine[] = []
  readonly lines: Line[] = []
  readonly documents: readonly DocumentId[]
  /** Those of the documents. */
  readonly collections: readonly string[]
  /** Collections, prefixes and documents that grants can name. */
  readonly paths: readonly string[]
  /** The first promise seen broken. */
  violation: Violation | undefined
  /** What was shown at a version of a document, and by whom first. */
  readonly seen: Map<string, { readonly name: string; readonly shown: string }> = new Map()
  /** Events of replicas, by type. */
  readonly events: Map<string, number> = new Map()
  readonly #options: WorldOptions
  readonly #plan: HistoryPlan
  readonly #random: SeededRandom
  /** How much of each machine's log the ledger has heard of. */
  readonly #heard = new Map<Machine, number>()

  private constructor(plan: HistoryPlan, options: WorldOptions) {
    this.#options = options
    this.#plan = plan
    this.documents = options.documents.map(parseDocumentId)
    this.collections = [...new Set(this.documents.map(collectionOf))]
    this.paths = [...new Set(this.documents.flatMap(id => pathsAbove(id)))]
    this.#random = new SeededRandom(plan.seed)
    this.dice = new FaultDice(faultKinds, plan.seed, plan.rates, plan.firing)
    const { time, dice, trace } = this
    this.network = new SimulatedNetwork({
      time,
      dice,
      trace,
      random: new SeededRandom(this.#random.integer(2 ** 32))
    })
    dice.onFire(kind => {
      if (!isOfEveryday(kind)) trace.add(kind, time.nowMs())
    })
  }

  /** All machines of a plan, up and linked. */
  static async start(plan: HistoryPlan, options: WorldOptions): Promise<World> {
    const world = new World(plan, options)
    for (const [from, to] of plan.lines)
      world.addLine(from, to, plan.someGranted ? grantOf(world.someCollections(world.#random)) : undefined)
    for (let index = 0; index < plan.machines; index++) await world.#started(world.#newMachine())
    return world
  }

  /** Whether messages were forged: their commits are taken for those of somebody with another history. */
  get isHostile(): boolean {
    return hostileFaults.some(kind => this.dice.fired[kind] > 0)
  }

  /** Whether nothing happened that lets sides which sync be unequal for a while: lies, forks, commits that cannot be stored. */
  get isPlain(): boolean {
    return (
      !this.isHostile && this.sharedNames.size === 0 && unstored.every(kind => this.dice.fired[kind] === 0)
    )
  }

  /** Machines that joined as copies of others. */
  get copies(): number {
    return this.machines.length - this.#plan.machines
  }

  /** A machine by number, modulo how many there are. */
  machine(number: number): Machine {
    return atModulo(this.machines, number)
  }

  /** A line by number, modulo how many there are. */
  line(number: number): Line {
    return atModulo(this.lines, number)
  }

  /** Another machine, as a copy of one: with its disk, its rights, and links to whom it was linked. */
  copyMachine(source: Machine, withWitness: boolean): void {
    const machine = this.#newMachine(source)
    if (withWitness) this.shareNames(source)
    const record = withWitness ? source.witness.load() : undefined
    if (record !== undefined) machine.witness.save(record)
    machine.skewMs = source.skewMs
    this.#heard.set(machine, this.#heard.get(source) ?? 0)
    this.holds.copy(source.index, machine.index)
    for (const { from, to, granted } of Array.from(this.lines)) {
      if (from === source.index) this.addLine(machine.index, to, granted)
      else if (to === source.index) this.addLine(from, machine.index, granted)
    }
    void machine.open()
  }

  /** Whoever is dialed grants everything, unless told otherwise. */
  addLine(from: number, to: number, granted: LineGrant = grantOf(this.collections)): Line {
    const line = new Line(this.#lineSetting(), [from, to], granted)
    this.lines.push(line)
    return line
  }

  /** Dials every line whose link is over or was lost with a process. */
  dialAll(): void {
    for (const line of this.lines) line.dial()
  }

  /** A machine is put back or copied as a whole: from now on two may write under the names it has. */
  shareNames({ actors }: Machine): void {
    for (const actor of actors) this.sharedNames.add(actor)
  }

  /** Puts a machine's disk back; what was only there is gone with good reason. */
  cutDisk(machine: Machine, appends: number): void {
    this.trace.add("cut", machine.index, appends)
    machine.disk.cut(appends)
    this.ledger.cut(machine.index, machine.disk.length)
    this.#heard.set(machine, Math.min(this.#heard.get(machine) ?? 0, machine.disk.position))
  }

  /** A set that may be granted. */
  someCollections(random: SeededRandom): ReadonlySet<string> {
    return new Set(this.collections.filter(() => random.chance(0.5)))
  }

  /** Grants everything over every line; says whether that was less anywhere. */
  grantAll(): boolean {
    const limited = this.lines.filter(
      ({ granted }) => !this.collections.every(name => isWhole(granted, name))
    )
    for (const line of limited) {
      line.grant(grantOf(this.collections))
      line.reconnect()
    }
    return limited.length > 0
  }

  /** Machines that sync all of a collection both ways, directly or through others, as granted at present. */
  groupsOf(collection: string): readonly (readonly Machine[])[] {
    const groups = this.machines.map(machine => [machine])
    for (const { from, to, granted } of this.lines) {
      if (!isWhole(granted, collection)) continue
      const [a, b] = [from, to].map(index => groups.findIndex(group => group.includes(this.machine(index))))
      if (a === b || a === undefined || b === undefined) continue
      groups[a]?.push(...(groups[b] ?? []))
      groups.splice(b, 1)
    }
    return groups
  }

  /** An application was told that its commit is durable. */
  acknowledged(machine: Machine, document: DocumentId, dot: Dot): void {
    const commits = this.ledger.madeAs(document, dot)
    if (commits.length === 0)
      this.violated(
        new Violation(
          "lost",
          `${machine.name} says that ${dot.actor}:${dot.seq} of ${document} is durable, and has not written it`
        )
      )
    // Of two commits under one dot nobody can tell which was meant.
    const [commit] = commits
    if (commit !== undefined && commits.length === 1)
      this.ledger.claim(machine.index, commit, machine.disk.length)
  }

  /** Remembers the first promise seen broken. */
  violated(violation: Violation): void {
    this.violation ??= violation
  }

  #newMachine(source?: Machine): Machine {
    const index = this.machines.length
    const machine: Machine = new Machine(
      {
        time: this.time,
        dice: this.dice,
        trace: this.trace,
        network: this.network,
        random: this.#random,
        replica: { ...this.#options.replica, retainCommits: this.#plan.retainCommits },
        wrapStore: store => this.#options.wrapStore(store, index),
        onOpen: (opened, replica) => this.#opened(opened, replica),
        onEvent: (at, event) => this.#heardEvent(at, event),
        onViolation: violation => this.violated(violation)
      },
      index,
      source
    )
    this.machines.push(machine)
    return machine
  }

  async #started(machine: Machine): Promise<void> {
    this.dice.isResting = true
    await machine.open()
    this.dice.isResting = false
  }

  async #opened(machine: Machine, replica: Replica): Promise<void> {
    machine.actors.add(replica.actor)
    const { life } = machine
    replica.host.onDurable(({ commits, origin, end }) => {
      if (life?.isAlive !== true) return
      machine.actors.add(replica.actor)
      for (const commit of commits) this.#durable(machine, commit, origin === undefined)
      if (origin !== undefined) this.#checkNames(machine, replica, commits)
      this.#heard.set(machine, end.position)
    })
    await this.#catchUp(machine, replica)
    // After everything that waits for the same promise.
    this.time.schedule(1, () => {
      if (life?.isAlive === true) for (const line of this.lines) line.dial()
    })
  }

  /** Whoever takes a commit under its own name knows that another one writes under it, and must have left it. */
  #checkNames({ name }: Machine, { actor }: Replica, taken: readonly Commit[]): void {
    const own = taken.find(({ dot }) => dot.actor === actor)
    if (own !== undefined)
      this.violated(
        new Violation(
          "forked",
          `${name} took ${actor}:${own.dot.seq} of ${own.document} and goes on under that name`
        )
      )
  }

  /** What an append wrote whose process died before it told anybody. */
  async #catchUp(machine: Machine, { host }: Replica): Promise<void> {
    const after = this.#heard.get(machine) ?? 0
    if (host.end.position <= after) return
    for (const { document } of await host.changedSince(after, 1_000)) {
      for (const commit of (await host.delta(document, { after })).commits)
        this.#durable(machine, commit, machine.actors.has(commit.dot.actor))
      for (const entry of (await host.version(document)).entries)
        if (machine.actors.has(entry.actor)) {
          this.ledger.madeUpTo(document, entry)
          this.holds.made(machine.index, document, toHex(entry.hash))
        }
    }
    this.#heard.set(machine, host.end.position)
  }

  #durable(machine: Machine, commit: Commit, isOwn: boolean): void {
    const { document, dot, hash } = commit
    this.trace.add("durable", machine.index, dot.seq, this.time.nowMs())
    if (isOwn) {
      if (this.ledger.made(commit) !== undefined && this.sharedNames.size === 0)
        this.violated(
          new Violation("forked", `${machine.name} made another ${dot.actor}:${dot.seq} of ${document}`)
        )
      this.holds.made(machine.index, document, toHex(hash))
    } else if (!this.ledger.isMade(document, dot.actor, dot.seq, hash))
      this.violated(
        new Violation(
          "invented",
          `${machine.name} took ${dot.actor}:${dot.seq} of ${document}, which nobody made`
        )
      )
    else if (!this.holds.mayHold(machine.index, document, toHex(hash)))
      this.violated(
        new Violation(
          "leaked",
          `${machine.name} took ${dot.actor}:${dot.seq} of ${document}, which never was granted to it`
        )
      )
    this.ledger.claim(machine.index, commit, machine.disk.length)
  }

  #heardEvent(machine: Machine, event: ReplicaEvent): void {
    this.events.set(event.type, (this.events.get(event.type) ?? 0) + 1)
    this.trace.add(event.type, machine.index, this.time.nowMs())
    // A fork may be with what was never durable; the end of the history tells whose names are in it.
    if (event.type === "quarantined" && this.sharedNames.size === 0 && !this.isHostile)
      this.violated(
        new Violation(
          "quarantined",
          `${machine.name} put commits of ${event.document} aside: ${event.message}`
        )
      )
    if (event.type === "listener-failed")
      this.violated(
        new Violation("threw", `a listener threw: ${String(event.error)}`, { cause: event.error })
      )
  }

  #lineSetting(): LineSetting {
    const { time, dice, network, holds } = this
    const limits = this.#plan.smallFrames ? { ...smallLimits, ...patience } : patience
    const { wrapGrant } = this.#options
    return { time, dice, network, holds, limits, wrapGrant, machine: index => this.machine(index) }
  }
}

const unstored: readonly FaultKind[] = [...storeFaults, "diskFull"]

const everyday: ReadonlySet<string> = new Set([...messageFaults, ...storeFaults])

function isOfEveryday(kind: string): boolean {
  return everyday.has(kind)
}

function atModulo<T>(items: readonly T[], number: number): T {
  const item = items[number % items.length]
  if (item === undefined) throw new RangeError("a world has machines and lines")
  return item
}
