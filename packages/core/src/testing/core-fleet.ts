import fc from "fast-check"
import { equalBytes } from "../codec/hex.ts"
import type { Engine } from "../engine/engine.ts"
import type { DocumentState } from "../replica/document-state.ts"
import { type MemoryStore, memoryStore } from "../store/memory-store.ts"
import { memoryWitness } from "../store/memory-witness.ts"
import type { SyncWitness } from "../store/witness.ts"
import { assertEqual } from "./contract-assert.ts"
import {
  type CoreOptions,
  edit,
  noteId,
  openCore,
  pull,
  put,
  settle,
  type,
  type TestCore
} from "./core-fixture.ts"
import { contractShape } from "./engine-case.ts"
import { randomChange } from "./engine-random.ts"
import { SeededRandom } from "./seeded-random.ts"

/** One step in the life of a fleet. Numbers are taken modulo what there is. */
export type FleetStep =
  | {
      readonly do: "type" | "erase" | "put" | "delete" | "undelete"
      readonly who: number
      readonly where: number
    }
  /** Anything an engine can do, anywhere in the document, as drawn from the seed `where`. */
  | { readonly do: "edit"; readonly who: number; readonly where: number }
  | { readonly do: "pull"; readonly who: number; readonly from: number }
  | { readonly do: "fold"; readonly who: number; readonly retain: number }
  | { readonly do: "reopen" | "settle"; readonly who: number }
  /** Another replica continues on a copy of the store, under the same name. */
  | { readonly do: "copy"; readonly who: number; readonly onto: number }

const nat = fc.nat({ max: 20 })

/** Steps of a fleet in which nobody uses another's name. */
export const honestStep: fc.Arbitrary<FleetStep> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom("type", "type", "erase", "put"), who: nat, where: nat })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("delete", "undelete"), who: nat, where: nat }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("pull"), who: nat, from: nat }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("reopen", "settle"), who: nat }) }
) as fc.Arbitrary<FleetStep>

/** Edits of every kind, nested containers included. */
export const editStep: fc.Arbitrary<FleetStep> = fc.record({
  do: fc.constant("edit" as const),
  who: nat,
  where: fc.nat()
})

/** Folds the log down to a few commits. */
export const foldStep: fc.Arbitrary<FleetStep> = fc.record({
  do: fc.constant("fold" as const),
  who: nat,
  retain: fc.nat({ max: 3 })
})

/** Copies a store, name and all. */
export const copyStep: fc.Arbitrary<FleetStep> = fc.record({
  do: fc.constant("copy" as const),
  who: nat,
  onto: nat
})

/** How all replicas of a fleet are opened. */
export type FleetOptions = Pick<CoreOptions, "engine" | "audit">

interface Member {
  readonly store: MemoryStore
  readonly witness: SyncWitness
  readonly replica: TestCore
  state: DocumentState
}

/** Some replicas of one document which live through steps. */
export class CoreFleet {
  readonly #members: Member[]
  readonly #options: FleetOptions
  /** Seeds of later openings: nobody draws what another has drawn. */
  #openings = 100
  #quarantines = 0

  private constructor(members: Member[], options: FleetOptions) {
    this.#members = members
    this.#options = options
    for (const member of members) this.#watch(member)
  }

  /** Of the fixture's engine, unless given another. */
  static async open(size: number, engine?: Engine, options: FleetOptions = {}): Promise<CoreFleet> {
    const all = engine === undefined ? options : { ...options, engine }
    const members: Member[] = []
    for (let i = 0; i < size; i++) members.push(await openMember(memoryStore(), memoryWitness(), i + 1, all))
    return new CoreFleet(members, all)
  }

  /** How often commits were put aside. */
  get quarantines(): number {
    return this.#quarantines
  }

  get replicas(): readonly TestCore[] {
    return this.#members.map(({ replica }) => replica)
  }

  async run(steps: readonly FleetStep[]): Promise<void> {
    for (const step of steps) await this.#step(step)
  }

  /** Lets everybody pull from everybody until that brings nothing more; fails if that does not end. */
  async converge(rounds = 6): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      for (const to of this.replicas) for (const from of this.replicas) if (to !== from) await pull(to, from)
      if (await this.#isConverged()) return
    }
    await this.expectConverged()
  }

  /** Equal versions, digests, values and roots, live and as stored. */
  async expectConverged(): Promise<void> {
    const seen = await Promise.all(this.#members.map(member => describe(member)))
    for (const one of seen)
      assertEqual(one, seen[0], "what a replica has after everybody pulled from everybody")
  }

  async close(): Promise<void> {
    for (const { replica } of this.#members) await replica.core.close()
  }

  async #isConverged(): Promise<boolean> {
    const digests = await Promise.all(
      this.replicas.map(async replica => (await replica.host.version(noteId)).digest(noteId))
    )
    return digests.every(digest => equalBytes(digest, digests[0] ?? digest))
  }

  async #step(step: FleetStep): Promise<void> {
    const at = step.who % this.#members.length
    const member = this.#members[at] as Member
    const { replica } = member
    member.state = await replica.load()
    switch (step.do) {
      case "pull":
        return void (await pull(replica, this.replicas[step.from % this.#members.length] as TestCore))
      case "fold":
        return void (await replica.core.compactor.fold(noteId, step.retain))
      case "settle":
        return settle(replica)
      case "reopen":
        await replica.core.close()
        return this.#enter(
          at,
          await openMember(member.store, member.witness, ++this.#openings, this.#options)
        )
      case "copy":
        return this.#copy(member, step.onto % this.#members.length)
      default:
        return change(member, step.do, step.where)
    }
  }

  async #copy(member: Member, onto: number): Promise<void> {
    await settle(member.replica)
    const former = this.#members[onto] as Member
    if (former === member) return
    await former.replica.core.close()
    const witness = memoryWitness()
    const record = member.witness.load()
    if (record !== undefined) witness.save(record)
    this.#enter(onto, await openMember(member.store.clone(), witness, ++this.#openings, this.#options))
  }

  #enter(at: number, member: Member): void {
    this.#members[at] = member
    this.#watch(member)
  }

  #watch({ replica }: Member): void {
    replica.core.events.on(event => {
      if (event.type === "quarantined") this.#quarantines++
    })
  }
}

async function openMember(
  store: MemoryStore,
  witness: SyncWitness,
  seed: number,
  options: FleetOptions
): Promise<Member> {
  const retainCommits = Number.POSITIVE_INFINITY
  const replica = await openCore({ ...options, shape: contractShape, store, witness, seed, retainCommits })
  return { store, witness, replica, state: await replica.load() }
}

function change({ replica, state }: Member, kind: FleetStep["do"], where: number): void {
  const { body } = state.document.value() as { body: string }
  if (kind === "type")
    type(replica, state, String.fromCharCode(97 + where), body.length === 0 ? 0 : where % body.length)
  // Another value each time: to set what is there already is no change in some engines.
  else if (kind === "put") put(replica, state, `key${where % 3}`, state.meta.version.height * 10 + where)
  else if (kind === "edit") editAnywhere(replica, state, where)
  else if (kind === "erase" && body.length > 0)
    edit(replica, state, { op: "splice", path: ["body"], index: where % body.length, remove: 1, insert: "" })
  else if (kind === "delete" || kind === "undelete") replica.core.commitBare(state, kind)
}

function editAnywhere({ core }: TestCore, state: DocumentState, seed: number): void {
  const { operations } = randomChange(state.document, new SeededRandom(seed))
  const made = state.document.change(operations)
  if (made !== undefined) core.commit(state, { kind: "change", change: made, origin: "local" })
}

async function describe({ replica }: Member): Promise<unknown> {
  await settle(replica)
  const state = await replica.load()
  const version = await replica.host.version(noteId)
  return {
    version: version.entries.map(
      ({ actor, seq, hash }) => `${actor}:${seq}:${Buffer.from(hash).toString("hex", 0, 4)}`
    ),
    live: state.meta.version.compare(version),
    value: state.document.value(),
    deleted: state.meta.deleted,
    roots: (await replica.host.unitRoots()).map(({ root }) => Buffer.from(root).toString("hex"))
  }
}
