import {
  type Document,
  isSynclineError,
  memoryTransport,
  openReplica,
  type Replica,
  silentLogger,
  type Store,
  type Version
} from "@syncline/core"
import { type AuditEntry, auditTrail } from "@syncline/core/audit"
import { yjs } from "@syncline/core/yjs"
import { applyPatch, deepEqualJson } from "@syncline/diff/json"
import { SeededRandom } from "@syncline/core/testing"
import { edits } from "../convergence/edits.ts"
import { type Note, type Place, placesOf, type Setting, StorePlace } from "../convergence/setting.ts"

/** Patches of any size, so that they can be applied one after the other. */
const audit = auditTrail({ maxPatchBytes: Number.MAX_SAFE_INTEGER })

/** What a document held at a moment, as its live value showed it. */
interface Seen {
  readonly place: Place
  readonly version: Version
  readonly value: Note
  readonly deleted: boolean
}

/** What a life was, for the test that asks whether lives do enough. */
export interface LifeReport {
  readonly seen: number
  readonly recalled: number
  readonly folded: number
  readonly reverted: number
  /** Entries of all audit trails at the end. */
  readonly audited: number
}

/** Two replicas that edit, sync, fold and reopen at random, and remember what they showed. */
class Life {
  readonly #random: SeededRandom
  readonly #places: readonly Place[]
  readonly #home: StorePlace
  readonly #stores: readonly Store[]
  #replicas: Replica[] = []
  readonly seen: Seen[] = []

  constructor(setting: Setting, seed: number) {
    this.#random = new SeededRandom(seed)
    this.#places = placesOf(setting, 1)
    this.#home = new StorePlace(setting.stores)
    this.#stores = ["a", "b"].map(name => this.#home.make(name))
  }

  get places(): readonly Place[] {
    return this.#places
  }

  get replicas(): readonly Replica[] {
    return this.#replicas
  }

  async open(): Promise<void> {
    this.#replicas = await Promise.all(this.#stores.map(store => this.#openOn(store)))
  }

  async step(): Promise<void> {
    const number = this.#random.integer(2)
    const replica = this.#replicas[number] as Replica
    const place = this.#random.pick(this.#places)
    const document = await replica.load(place.notes, place.key)
    const roll = this.#random.next()
    if (roll < 0.65) this.#edit(document)
    else if (roll < 0.7 && !document.deleted) document.delete()
    else if (roll < 0.85) await this.sync()
    else if (roll < 0.92) await replica.compact(document.id, this.#random.integer(4))
    else {
      await replica.close()
      this.#replicas[number] = await this.#openOn(this.#stores[number] as Store)
    }
    await this.#look(this.#replicas[number] as Replica, place)
  }

  async sync(): Promise<void> {
    const [server, client] = this.#replicas as [Replica, Replica]
    const { timers } = client.host.ports
    const link = client.connect(memoryTransport(timers, connection => void server.accept(connection)))
    await link.synced()
    link.close()
    await link.closed
  }

  async close(): Promise<void> {
    for (const replica of this.#replicas) await replica.close()
    this.#home.remove()
  }

  #edit(document: Document<Note>): void {
    if (document.deleted) document.undelete()
    const name = this.#random.pick(Object.keys(edits))
    edits[name]?.(document, this.#random)
  }

  async #look(replica: Replica, place: Place): Promise<void> {
    const { version, value, deleted } = await replica.load(place.notes, place.key)
    this.seen.push({ place, version, value, deleted })
  }

  #openOn(store: Store): Promise<Replica> {
    const collections = [...new Set(this.#places.map(({ notes }) => notes))]
    return openReplica({ store, engine: yjs(), collections, audit, ports: { logger: silentLogger } })
  }
}

/** What a document says it held; `undefined` where that is folded. */
async function recall(document: Document<Note>, version: Version): Promise<Omit<Seen, "place"> | undefined> {
  try {
    return await document.at(version)
  } catch (error) {
    const { base } = await document.history({ limit: 1 })
    if (isSynclineError(error, "version-before-base") && !version.vector.dominates(base.vector))
      return undefined
    throw error
  }
}

/** One life; throws, naming the seed, where a document does not remember what it was, or does not get back to it. */
export async function live(setting: Setting, seed: number): Promise<LifeReport> {
  const life = new Life(setting, seed)
  await life.open()
  for (let step = 0; step < 25; step++) await life.step()
  await life.sync()
  const report = { seen: life.seen.length, recalled: 0, folded: 0, reverted: 0, audited: 0 }
  for (const replica of life.replicas)
    for (const seen of life.seen) {
      const document = await replica.load(seen.place.notes, seen.place.key)
      const past = await recall(document, seen.version)
      if (past === undefined) report.folded++
      else {
        expectSame(seed, seen, past)
        report.recalled++
      }
    }
  report.reverted = await revertSome(life, seed)
  for (const replica of life.replicas)
    for (const place of life.places) report.audited += await audited(replica, place, seed)
  await life.close()
  return report
}

/** Applies a document's trail to an empty document; gives how many entries it has, if patches tell all of it. */
async function audited(replica: Replica, { notes, key }: Place, seed: number): Promise<number> {
  await replica.flush()
  const document = await replica.load(notes, key)
  const entries: AuditEntry[] = []
  for await (const entry of replica.audit.list({ document: document.id })) entries.push(entry)
  // No patch goes through a key `__proto__`, which is among those that are edited.
  if (entries.some(({ omitted }) => omitted === "key")) return 0
  const { value: empty } = await replica.load(notes, "never written")
  const value = entries.reduce<unknown>(withEntry, empty)
  if (entries.at(-1)?.index !== entries.length || !deepEqualJson(value, document.value))
    throw new Error(`life ${seed}: the trail amounts to ${JSON.stringify([value, document.value])}`)
  return entries.length
}

function withEntry(value: unknown, { patch = [] }: AuditEntry): unknown {
  return applyPatch(value, patch, { extensions: true })
}

async function revertSome(life: Life, seed: number): Promise<number> {
  let reverted = 0
  for (const seen of life.seen.filter((_, i) => i % 5 === 0)) {
    const [here, there] = await Promise.all(
      life.replicas.map(replica => replica.load(seen.place.notes, seen.place.key))
    )
    if (here === undefined || there === undefined || (await recall(here, seen.version)) === undefined)
      continue
    await (await here.revertTo(seen.version)).durable
    await life.sync()
    expectSame(seed, seen, here)
    expectSame(seed, seen, there)
    reverted++
  }
  return reverted
}

function expectSame(
  seed: number,
  seen: Seen,
  { value, deleted }: { readonly value: Note; readonly deleted: boolean }
): void {
  const [expected, found] = [seen, { value, deleted }].map(each => JSON.stringify([each.value, each.deleted]))
  if (expected !== found) throw new Error(`life ${seed}: ${found} where it was ${expected}`)
}
