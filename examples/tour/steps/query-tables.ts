import { isDeepStrictEqual } from "node:util"
import { keyOf, parseDocumentId } from "@syncline/core"
import type { Desk } from "../desk.ts"
import { bytes, count } from "../format.ts"
import { type Package, packages } from "../package-document.ts"
import { query } from "../plain-sql.ts"
import type { Tour } from "../tour.ts"

interface Tally {
  readonly what: string
  readonly n: number
}

/** The tables are asked with plain SQL, and the answers computed again from the documents. */
export async function queryTables(tour: Tour, desk: Desk): Promise<void> {
  tour.step(
    "Ask with SQL",
    "B's tables, over a plain better-sqlite3 connection; answers computed again from the documents."
  )
  const live = await liveDocuments(desk)
  const values = [...live.values()]

  const licenses = ask(desk, "SELECT license AS what, COUNT(*) AS n FROM packages GROUP BY license")
  tour.say(`licences: ${top(licenses)}`)
  tour.check(
    "packages per licence, counted in SQL and in the documents, are equal",
    agrees(
      licenses,
      values.map(each => each.license)
    )
  )

  const dependencies = ask(
    desk,
    "SELECT dependency AS what, COUNT(*) AS n FROM dependencies GROUP BY dependency"
  )
  const most = best(dependencies)[0]?.what ?? ""
  const sql = "SELECT id FROM packages JOIN dependencies ON parent_id = id WHERE dependency = ? ORDER BY id"
  const dependents = query<{ id: string }>(desk.tables, sql, most).map(({ id }) => id)
  const expected = [...live].filter(([, each]) => Object.hasOwn(each.dependencies, most)).map(([id]) => id)
  tour.say(
    `depended on most: ${most}, by ${dependents
      .slice(0, 3)
      .map(id => keyOf(parseDocumentId(id)))
      .join(", ")} … (${count(dependents.length)})`
  )
  tour.check(
    "so are dependents per dependency",
    agrees(
      dependencies,
      values.flatMap(each => Object.keys(each.dependencies))
    )
  )
  tour.check(
    `the documents name the same packages as dependents of ${most}`,
    isDeepStrictEqual(dependents, expected.toSorted())
  )

  const keywords = ask(desk, "SELECT keyword AS what, COUNT(*) AS n FROM keywords GROUP BY keyword")
  tour.say(`keywords: ${top(keywords)}`)
  tour.check(
    "so are packages per keyword",
    agrees(
      keywords,
      values.flatMap(each => each.keywords)
    )
  )

  const length = query<{ n: number }>(
    desk.tables,
    "SELECT SUM(LENGTH(CAST(readme AS BLOB))) AS n FROM packages"
  )[0]?.n
  const written = values.reduce((sum, { readme }) => sum + Buffer.byteLength(readme), 0)
  tour.check(`${bytes(written)} of README in the table, to the byte`, length === written)
  tour.figure(
    "SQL answers equal to the documents'",
    `${count(licenses.length + dependencies.length + keywords.length)} groups`
  )
}

async function liveDocuments({ replica }: Desk): Promise<Map<string, Package>> {
  const live = new Map<string, Package>()
  for await (const id of replica.list(packages.name)) {
    const document = await replica.load(packages, keyOf(id))
    if (!document.deleted) live.set(id, document.value)
  }
  return live
}

function ask({ tables }: Desk, sql: string): Tally[] {
  return query<Tally>(tables, sql)
}

/** Whether the groups are those of these values, with the same counts. */
function agrees(groups: readonly Tally[], values: readonly string[]): boolean {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return groups.length > 0 && isDeepStrictEqual(new Map(groups.map(({ what, n }) => [what, n])), counts)
}

function best(groups: readonly Tally[]): readonly Tally[] {
  return groups.toSorted((a, b) => b.n - a.n || (a.what < b.what ? -1 : 1))
}

function top(groups: readonly Tally[]): string {
  const some = best(groups).slice(0, 4)
  return some.map(({ what, n }) => `${what || "(none)"} ${n}`).join(", ")
}
