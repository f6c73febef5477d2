import type { ColumnKind } from "@syncline/core"
import { column } from "@syncline/core"
import { type ColumnTest, featureHashing, testHolds, vectors } from "@syncline/core/vectors"
import fc from "fast-check"
import { expect, it } from "vitest"
import { qdrantSettings } from "../qdrant-options.ts"
import { tableCollections } from "../schema/table-collection.ts"
import { parseFilter } from "../testing/stand-in-filter.ts"
import { keptPayload } from "../testing/stand-in-point.ts"
import { serverConditions } from "./search-filter.ts"

const chunks = vectors<Record<string, never>>("chunks", {
  collection: "notes",
  text: () => "",
  embed: featureHashing({ dimensions: 16 }),
  payload: {
    word: column.text(() => ""),
    count: column.integer(() => 0),
    share: column.real(() => 0),
    at: column.timestamp(() => 0)
  }
})
const [collection] = tableCollections(qdrantSettings({ url: "http://qdrant", tables: [chunks] }))

const time = fc
  .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
  .map(date => date.toISOString())
const word = fc.constantFrom("", "a", "aa", "b", "ä", "\u{1F600}", "\uFF5E")
const values: Readonly<Partial<Record<ColumnKind, fc.Arbitrary<string | number>>>> = {
  text: word,
  integer: fc.integer({ min: -3, max: 3 }),
  real: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0.1, 0.2, 0.1 + 0.2)),
  timestamp: fc.oneof(time, fc.constantFrom("2000", "1999-12-31"))
}

const columns = collection?.table.columns.filter(({ kind, name }) => kind in values && name !== "text") ?? []

const test: fc.Arbitrary<{ test: ColumnTest; cell: string | number | null }> = fc
  .constantFrom(...columns.filter(({ name }) => name !== "start" && name !== "embedder"))
  .chain(each => {
    const value = values[each.kind] ?? word
    const cell = each.kind === "timestamp" ? time : value
    const one = fc
      .constantFrom("gt", "gte", "lt", "lte" as const)
      .chain(comparison => value.map(bound => ({ comparison, values: [bound] })))
    const some = fc.array(value, { maxLength: 3 }).map(list => ({ comparison: "in", values: list }))
    return fc.record({
      test: fc.oneof(one, some).map(rest => ({ column: each, ...rest }) as ColumnTest),
      cell: fc.option(cell)
    })
  })

it("[QD6] the server is never asked for less than what fulfils a condition, though it moves real numbers", () => {
  fc.assert(
    fc.property(test, ({ test: condition, cell }) => {
      fc.pre(collection !== undefined && testHolds(condition, cell))
      const conditions = serverConditions(collection, [condition])
      const point = { id: 1, payload: keptPayload({ [condition.column.name]: cell }), vectors: new Map() }
      expect(parseFilter({ must: conditions ?? [{ has_id: [] }] }).test(point)).toBe(true)
    })
  )
})
