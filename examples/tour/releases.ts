import { sqliteStore } from "@syncline/adapters/sqlite"
import {
  type Collection,
  type Conflict,
  collection,
  custom,
  type Document,
  type Engine,
  type Link,
  manual,
  openReplica,
  type PolicyDecision,
  type Replica
} from "@syncline/core"
import { patienceMs } from "./steps/join-replica.ts"
import type { Tour } from "./tour.ts"
import { Wire } from "./wire.ts"

/** What two people decide about a package. */
export interface Release {
  readonly version: string
  readonly license: string
}

/** The rule for versions, as records name it. */
export const versionRule = "higher-version"

/** Two people who release the same package, each with a replica; the engine is all that differs from team to team. */
export class ReleaseTeam {
  readonly ada: Replica
  readonly bob: Replica
  readonly #releases: Collection<Release>
  readonly #wire: Wire
  readonly #link: Link

  private constructor(releases: Collection<Release>, ada: Replica, bob: Replica, wire: Wire) {
    this.ada = ada
    this.bob = bob
    this.#releases = releases
    this.#wire = wire
    this.#link = bob.connect(wire.transport)
  }

  static async open(tour: Tour, engine: Engine): Promise<ReleaseTeam> {
    const releases = collection<Release>("releases", {
      engine,
      conflicts: [
        { path: "version", kinds: ["write-write"], policy: custom(higherVersion, versionRule) },
        { path: "license", policy: manual() }
      ]
    })
    const open = (name: string): Promise<Replica> =>
      openReplica({
        store: sqliteStore(tour.path(`${name}-${engine.name}.db`), { stateDirectory: tour.stateDirectory }),
        engine,
        collections: [releases]
      })
    const [ada, bob] = [await open("ada"), await open("bob")]
    return new ReleaseTeam(releases, ada, bob, await Wire.open(ada))
  }

  /** The release of a package, as somebody has it. */
  on(replica: Replica, key: string): Promise<Document<Release>> {
    return replica.load(this.#releases, key)
  }

  async cut(): Promise<void> {
    await this.#wire.cut()
  }

  async plugIn(): Promise<void> {
    await this.#wire.plugIn()
    this.#link.retryNow()
    await this.synced()
  }

  async synced(): Promise<void> {
    await this.#link.synced(AbortSignal.timeout(patienceMs))
  }

  async close(): Promise<void> {
    await this.bob.close()
    await this.#wire.cut()
    await this.ada.close()
  }
}

/** What a replica has on record about releases, by path. */
export async function recordsOf({ conflicts }: Replica): Promise<ReadonlyMap<string, Conflict>> {
  const records = new Map<string, Conflict>()
  for await (const record of conflicts.list({ collection: "releases" }))
    records.set((record.path ?? []).join("."), record)
  return records
}

/** Fulfilled when a replica has a settled record about this path. */
export async function settledOn(replica: Replica, path: string): Promise<void> {
  const isSettled = async (): Promise<boolean> => (await recordsOf(replica)).get(path)?.state === "resolved"
  const deadline = AbortSignal.timeout(patienceMs)
  await new Promise<void>((resolve, reject) => {
    const look = (): void => void isSettled().then(found => (found ? resolve() : undefined), reject)
    const stop = replica.conflicts.subscribe(look)
    deadline.addEventListener("abort", () => {
      stop()
      resolve()
    })
    look()
  })
}

function higherVersion({ sides }: { sides: Conflict["sides"] }): PolicyDecision {
  const order = new Intl.Collator("en", { numeric: true })
  const versions = sides.flatMap(({ value }) => (typeof value === "string" ? [value] : []))
  return { value: versions.toSorted(order.compare).at(-1) }
}
