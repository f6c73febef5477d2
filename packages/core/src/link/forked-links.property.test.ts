import fc from "fast-check"
import { expect, test } from "vitest"
import type { Version } from "../commit/version.ts"
import type { Replica } from "../replica/replica.ts"
import { ForkedFleet, forkedId } from "../testing/core-forked-fleet.ts"
import { runsOf } from "../testing/core-runs.ts"
import type { Grant } from "./authorization.ts"
import type { Link } from "./link.ts"
import { memoryTransport } from "./memory-transport.ts"

const nothing = { name: "nothing", mayRead: () => true, mayWrite: () => false }
const grants: readonly Grant[] = [
  { read: "all", write: [] },
  { read: "all", documents: nothing },
  { read: [forkedId], write: [] },
  { read: ["notes"], write: ["notes/other"] },
  { read: "all" }
]

/** Pings of a minute on a link, and their answers. */
const mostAtRest = 12

const who = fc.nat(4)
const which = fc.nat(2)
const grant = fc.constantFrom(...grants)
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("write" as const), who, more: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("read" as const), who, from: who }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("link" as const), who, from: who, grant }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("regrant" as const), which, grant }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("give-up" as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(0, 5, 2_000) })
  }
)
type Drawn<A> = A extends fc.Arbitrary<infer T> ? T : never
type Step = Drawn<typeof step>

const world = fc.record({
  lengths: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  /** With few of them documents are listed, with more a sketch is compared. */
  others: fc.constantFrom(0, 20),
  /** Which branch each reader has first. */
  readers: fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1)),
  steps: fc.array(step, { minLength: 3, maxLength: 14 })
})

type World = Drawn<typeof world>

/** One link, and what the side that was dialed makes of it. */
class Line {
  readonly link: Link
  readonly ends: readonly [near: Replica, far: Replica]
  grant: Grant
  accepted: Link | undefined

  constructor(fleet: ForkedFleet, ends: readonly [Replica, Replica], granted: Grant) {
    const [near, far] = ends
    this.ends = ends
    this.grant = granted
    const transport = memoryTransport(fleet.time, connection => {
      this.accepted = far.accept(connection, { authorize: () => this.grant })
    })
    this.link = near.connect(transport, { backoff: { baseMs: 20, maxMs: 200 } })
  }

  get frames(): number {
    const { framesIn, framesOut } = this.link.metrics
    return framesIn + framesOut
  }
}

/** Twins, and readers that come to write as well. Twins do not meet: each other's connections are their own to them. */
class Forked {
  readonly fleet: ForkedFleet = new ForkedFleet()
  readonly lines: Line[] = []
  #replicas: readonly Replica[] = []

  async open({ lengths, others, readers }: Omit<World, "steps">): Promise<void> {
    const twins = await this.fleet.twins(lengths, others)
    const opened = await Promise.all(readers.map(() => this.fleet.open()))
    for (const [i, reader] of opened.entries()) await this.fleet.read(reader, twins[readers[i] === 0 ? 0 : 1])
    this.#replicas = [...twins, ...opened]
  }

  async take(one: Step): Promise<void> {
    const { fleet, lines } = this
    if (one.kind === "wait") return fleet.time.advance(one.ms)
    if (one.kind === "write") return fleet.write(this.#at(one.who), one.more)
    if (one.kind === "read" || one.kind === "link") {
      if (one.who === one.from || one.who + one.from === 1) return
      const ends = [this.#at(one.who), this.#at(one.from)] as const
      if (one.kind === "read") return fleet.read(...ends)
      if (lines.length < 3) lines.push(new Line(fleet, ends, one.grant))
      return
    }
    const line = lines[one.which]
    if (one.kind === "cut") line?.accepted?.close()
    if (one.kind === "give-up") line?.link.giveUp(forkedId).catch(() => {})
    if (one.kind !== "regrant" || line === undefined) return
    line.grant = one.grant
    await line.accepted?.reauthorize()
  }

  /** What is not as it is to be, once all had time for it. */
  async wrong(): Promise<readonly string[]> {
    const { fleet, lines } = this
    for (let round = 0; round < 3; round++) for (const { link } of lines) await fleet.synced(link)
    await fleet.time.advance(20_000)
    const before = lines.map(({ frames }) => frames)
    await fleet.time.advance(60_000)
    const wrong: string[] = []
    for (const [i, line] of lines.entries()) {
      const [near, far] = await Promise.all(line.ends.map(end => fleet.versionOf(end)))
      const isEqual = near !== undefined && far !== undefined && near.compare(far) === "equal"
      const { sync, status } = line.link
      const isShown = sync.status.rejected.length > 0
      if (status !== "live") wrong.push(`link ${i} is ${status}`)
      if (isShown === isEqual || sync.isUnsynced(forkedId) === isEqual)
        wrong.push(`link ${i}: equal ${isEqual}, shown ${isShown}`)
      if (!isEqual && line.grant === grants.at(-1)) wrong.push(`link ${i} is granted all`)
      if (line.frames - (before[i] ?? 0) > mostAtRest) wrong.push(`link ${i} does not rest`)
      if (near?.compare(await this.#both(line)) !== "equal") wrong.push(`link ${i} did not bring all`)
    }
    return wrong
  }

  /** What somebody has who reads from both ends, from the far one first. */
  async #both({ ends: [near, far] }: Line): Promise<Version> {
    const reader = await this.fleet.open()
    await this.fleet.read(reader, far)
    await this.fleet.read(reader, near)
    const version = await this.fleet.versionOf(reader)
    await reader.close()
    return version
  }

  /** Links of all to the last reader, everything granted. */
  async grantAll(): Promise<void> {
    for (const { link } of this.lines.splice(0)) link.close()
    await this.fleet.time.advance(200)
    const hub = this.#at(4)
    for (const near of this.#replicas.slice(0, 4))
      this.lines.push(new Line(this.fleet, [near, hub], grants.at(-1) ?? { read: "all" }))
  }

  async close(): Promise<void> {
    for (const replica of this.#replicas) await replica.close()
  }

  #at(number: number): Replica {
    const replica = this.#replicas[number]
    if (replica === undefined) throw new RangeError(`there is no replica ${number}`)
    return replica
  }
}

test("[GR62] [GR64] whoever meets whom with which branch: links come to rest live, show what differs and nothing else, and all end alike once all is granted", async () => {
  let shown = 0
  await fc.assert(
    fc.asyncProperty(world, async ({ steps, ...options }) => {
      const forked = new Forked()
      await forked.open(options)
      for (const one of steps) await forked.take(one)
      expect(await forked.wrong()).toEqual([])
      shown += forked.lines.filter(({ link }) => link.sync.status.rejected.length > 0).length
      await forked.grantAll()
      expect(await forked.wrong()).toEqual([])
      await forked.close()
    }),
    runsOf(25)
  )
  expect(shown).toBeGreaterThan(0)
}, 120_000)
