import { compareOrderKeys, type OrderKey } from "@syncline/core"
import { rowFields } from "../points/key-fields.ts"
import { lowerThan } from "../points/key-filter.ts"
import type { PointOperation } from "../points/point.ts"
import type { TableCollection } from "../schema/table-collection.ts"
import type { RowCounts } from "./record-point.ts"
import { piecesOf, type SinkPlace, within } from "./sink-place.ts"

/** Which rows of a document are too old to stay. */
export interface RowsToSweep {
  readonly id: string
  /** Rows with a lower key go; with `orSame`, those that have it, too. */
  readonly below: OrderKey
  readonly orSame: boolean
}

/** The same, where it is to be found out whether there are any. */
export interface RowsToCheck extends RowsToSweep {
  /** Rows that its record tells of, by collection. */
  readonly rows: RowCounts
  /** Collections in which the record before told of more, or of nothing that can be read. */
  readonly fewer: ReadonlySet<string>
}

/** Documents in one question, at most. */
const askedAtATime = 1_000

/**
 * Takes rows away that no record tells of. Which ones is for the server to say when it deletes them: those of a document whose key is too low. So it is
 * all the same how late a deletion comes, and what has been written since.
 */
export class RowSweeper {
  readonly #place: SinkPlace

  constructor(place: SinkPlace) {
    this.#place = place
  }

  /** Sweeps where there are other rows than there should be. */
  async check(documents: readonly RowsToCheck[]): Promise<void> {
    await Promise.all(this.#place.tables.map(table => this.#checkTable(table, documents)))
  }

  /** Sweeps in all collections. */
  async sweep(documents: readonly RowsToSweep[]): Promise<void> {
    await Promise.all(this.#place.tables.map(table => this.#sweepTable(table, documents)))
  }

  async #checkTable(table: TableCollection, documents: readonly RowsToCheck[]): Promise<void> {
    const crowded = documents.filter(({ fewer }) => fewer.has(table.name))
    const others = documents.filter(({ fewer }) => !fewer.has(table.name))
    for (const piece of piecesOf(others, Math.min(askedAtATime, this.#place.limits.list))) {
      const expected = piece.reduce((sum, { rows }) => sum + (rows[table.name] ?? 0), 0)
      // To ask is cheap, to delete is not: most of the time there is nothing to be taken away.
      if ((await this.#count(table, piece)) !== expected) crowded.push(...piece)
    }
    await this.#sweepTable(table, crowded)
  }

  #count({ name, labelField }: TableCollection, documents: readonly RowsToSweep[]): Promise<number> {
    const any = documents.map(({ id }) => id)
    return this.#place.requests.count(name, within(this.#place, { key: labelField, match: { any } }))
  }

  async #sweepTable({ name, labelField }: TableCollection, documents: readonly RowsToSweep[]): Promise<void> {
    const { requests, settings, limits } = this.#place
    const deletions = groupsOf(documents).flatMap(({ ids, below, orSame }) =>
      piecesOf(ids, Math.min(askedAtATime, limits.list)).map((any): PointOperation => {
        const theirs = within(this.#place, { key: labelField, match: { any } })
        return { delete: { filter: { ...theirs, ...lowerThan(rowFields, below, orSame) } } }
      })
    )
    for (const piece of piecesOf(deletions, limits.upsert))
      await requests.update(name, piece, settings.ordering)
  }
}

/** Documents with one key, which share a deletion. */
interface SameKey extends Pick<RowsToSweep, "below" | "orSame"> {
  readonly ids: string[]
}

function groupsOf(documents: readonly RowsToSweep[]): readonly SameKey[] {
  const groups: SameKey[] = []
  const sorted = [...documents].sort((a, b) => compareOrderKeys(a.below, b.below))
  for (const { id, below, orSame } of sorted) {
    const last = groups.at(-1)
    if (last?.orSame === orSame && compareOrderKeys(last.below, below) === 0) last.ids.push(id)
    else groups.push({ ids: [id], below, orSame })
  }
  return groups
}
