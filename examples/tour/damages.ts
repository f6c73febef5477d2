import type { FindingClass } from "@syncline/core"
import type { Tour } from "./tour.ts"

/** SQL with its parameters. */
type Statement = readonly [string, ...unknown[]]

/** One way of damaging the tables, and what verification has to call it. */
export interface Damage {
  readonly what: string
  readonly class: FindingClass
  /** Ids which verification has to find. */
  readonly ids: readonly string[]
  readonly statements: readonly Statement[]
}

const records = "syncline_records"

/** Plans damage of every kind to documents chosen from these, each to different ones. */
export function planDamage(tour: Tour, packageIds: readonly string[], deletedId: string): Damage[] {
  const chosen = tour.choose(packageIds, packageIds.length)
  const take = (howMany: number): readonly string[] => chosen.splice(0, howMany)
  return [
    ...inPlace(take),
    ...missingParts(take),
    ...keys(take),
    orphan(take),
    row("a row back for a deleted document", "mismatch", deletedId),
    row("a row that nothing explains", "orphan", "packages/never-written@0.0.0")
  ]
}

type Take = (howMany: number) => readonly string[]

function inPlace(take: Take): Damage[] {
  const [first = "", second = ""] = take(2)
  const forged = take(2)
  const [donor = ""] = take(1)
  return [
    each("a value changed in place", "mismatch", take(4), id => [
      ["UPDATE packages SET license = 'Proprietary' WHERE id = ?", id]
    ]),
    each("a value forged, another record's hashes copied", "mismatch", forged, id => [
      ["UPDATE packages SET description = 'forged' WHERE id = ?", id],
      [
        `UPDATE ${records} SET (digest, seal) = (SELECT digest, seal FROM ${records} WHERE id = ?) WHERE id = ?`,
        donor,
        id
      ]
    ]),
    each("a keyword added", "mismatch", take(2), id => [
      ["INSERT INTO keywords VALUES (?, 999, 'sponsored')", id]
    ]),
    {
      what: "two documents' rows swapped",
      class: "mismatch",
      ids: [first, second],
      statements: [
        ["UPDATE packages SET id = 'elsewhere' WHERE id = ?", first],
        ["UPDATE packages SET id = ? WHERE id = ?", first, second],
        ["UPDATE packages SET id = ? WHERE id = 'elsewhere'", second]
      ]
    }
  ]
}

function missingParts(take: Take): Damage[] {
  return [
    each("everything about a document deleted", "missing", take(4), id => [
      ["DELETE FROM packages WHERE id = ?", id],
      ["DELETE FROM keywords WHERE parent_id = ?", id],
      ["DELETE FROM dependencies WHERE parent_id = ?", id],
      [`DELETE FROM ${records} WHERE id = ?`, id]
    ]),
    each("a row deleted, the bookkeeping left", "mismatch", take(3), id => [
      ["DELETE FROM packages WHERE id = ?", id]
    ]),
    each("the bookkeeping deleted, the row left", "unreadable", take(2), id => [
      [`DELETE FROM ${records} WHERE id = ?`, id]
    ])
  ]
}

function keys(take: Take): Damage[] {
  return [
    each("an order key lowered", "stale", take(2), id => [
      [`UPDATE ${records} SET height = height - 1 WHERE id = ?`, id]
    ]),
    each("an order key raised beyond any number", "ahead", take(2), id => [
      [`UPDATE ${records} SET height = 9223372036854775807 WHERE id = ?`, id]
    ])
  ]
}

function orphan(take: Take): Damage {
  const [from = ""] = take(1)
  const to = `${from}-copy`
  const columns = "generation, projection, height, deleted, row_count, digest, seal"
  return {
    what: "a whole record copied under another id",
    class: "orphan",
    ids: [to],
    statements: [
      [
        "INSERT INTO packages SELECT ?, name, version, description, license, readme FROM packages WHERE id = ?",
        to,
        from
      ],
      [`INSERT INTO ${records} SELECT ?, ${columns} FROM ${records} WHERE id = ?`, to, from]
    ]
  }
}

function row(what: string, found: FindingClass, id: string): Damage {
  const sql = "INSERT INTO packages VALUES (?, 'ghost', '0.0.0', '', 'MIT', '')"
  return each(what, found, [id], ghost => [[sql, ghost]])
}

function each(
  what: string,
  found: FindingClass,
  ids: readonly string[],
  statements: (id: string) => readonly Statement[]
): Damage {
  return { what, class: found, ids, statements: ids.flatMap(statements) }
}
