import { join } from "node:path"
import { sqliteSink, sqliteStore } from "@syncline/adapters/sqlite"
import { column, openReplica, type Replica, type Sink, table } from "@syncline/core"
import { migrateSink, type SinkMigration } from "@syncline/core/migration"
import { yjs } from "@syncline/core/yjs"

/** What the documents hold: their number, and how often they were edited. */
interface Counted {
  readonly n: number
  readonly edits: number
}

/** Documents a batch has at most; the projector's own default. */
export const batchDocuments = 500

/** Files of one store and of the sinks of so many migrations after another. */
export class MigrationPlace {
  readonly #folder: string
  readonly #round: number

  constructor(folder: string, round: number) {
    this.#folder = folder
    this.#round = round
  }

  /** Opens the store alone. */
  openStore(): Promise<Replica> {
    return openReplica({ store: this.#store(), engine: yjs() })
  }

  /** Opens it with this round's migration; `watch` may look at what goes into the new sink. */
  async open(
    watch: (sink: Sink) => Sink = sink => sink
  ): Promise<{ readonly replica: Replica; readonly migration: SinkMigration }> {
    const migration = migrateSink({
      name: `round ${this.#round}`,
      from: this.#sink("former", 0),
      to: watch(this.#sink("new", this.#round))
    })
    return {
      replica: await openReplica({ store: this.#store(), engine: yjs(), sinks: [migration] }),
      migration
    }
  }

  #store() {
    return sqliteStore(join(this.#folder, "store.db"), {
      stateDirectory: join(this.#folder, "state"),
      durability: "process"
    })
  }

  #sink(name: string, round: number): Sink {
    return sqliteSink(join(this.#folder, `${name}-${round}.db`), {
      name: `${name}-${round}`,
      tables: [
        table<Counted>("counted", {
          collection: "counted",
          columns: { n: column.integer(value => value.n), edits: column.integer(value => value.edits) }
        })
      ]
    })
  }
}

/** The id of a document by its number. */
export const countedId = (n: number): string => `counted/${n}`
