import type { DocumentId, IntegrityProblem } from "@syncline/core"
import type { SqliteConnection } from "../driver/sqlite-driver.ts"
import type { Row } from "./stored-row.ts"

/** Rows checked between two turns of the event loop: a few milliseconds. */
const rowsAtOnce = 2048

/** What must not be so, said of a row in SQL, and what it means. The first one that holds is reported. */
type Rule = readonly [sql: string, message: string]

interface TableCheck {
  readonly what: IntegrityProblem["what"]
  /** Gives `at` (ascending, the paging key), `id`, `position`, `fault`; takes the last `at` and a limit. */
  readonly sql: string
  readonly rules: readonly Rule[]
}

const headRules: readonly Rule[] = [
  ["instr(d.id, '/') < 2", "its id is not collection/key"],
  ["typeof(d.digest) <> 'blob' OR length(d.digest) <> 32", "its digest is not 32 bytes"],
  ["d.position > 0 AND l.position IS NULL", "its newest log row is missing"],
  ["d.position > 0 AND l.document <> d.key", "its newest log row belongs to another document"],
  ["d.position > d.dropped AND l.record IS NULL", "its newest record is missing"]
]

const logRules: readonly Rule[] = [
  ["d.key IS NULL", "the record belongs to no document"],
  ["typeof(l.hash) <> 'blob' OR length(l.hash) <> 16", "the log hash is not 16 bytes"],
  [
    "l.position > d.position AND l.position <= (SELECT value FROM syncline_store WHERE name = 'folded')",
    "the record is newer than its document says"
  ],
  ["l.position > d.dropped AND l.record IS NULL", "the record is missing"],
  ["l.position <= d.dropped AND l.record IS NOT NULL", "the record should have been dropped"],
  ["l.previous >= l.position", "the record names a later one as the one before it"],
  ["l.previous > d.dropped AND p.position IS NULL", "the document's record before this one is missing"],
  [
    "l.previous > d.dropped AND p.document <> l.document",
    "the record before this one belongs to another document"
  ]
]

const tableChecks: readonly TableCheck[] = [
  {
    what: "head",
    rules: headRules,
    sql: `SELECT d.key AS at, d.id, d.position, ${faultOf(headRules)} AS fault FROM syncline_documents d
      LEFT JOIN syncline_log l ON l.position = d.position WHERE d.key > ? ORDER BY d.key LIMIT ?`
  },
  {
    what: "log",
    rules: logRules,
    sql: `SELECT l.position AS at, d.id, l.position, ${faultOf(logRules)} AS fault FROM syncline_log l
      LEFT JOIN syncline_documents d ON d.key = l.document
      LEFT JOIN syncline_log p ON p.position = l.previous WHERE l.position > ? ORDER BY l.position LIMIT ?`
  },
  {
    what: "base",
    rules: [["d.key IS NULL", "the base belongs to no document"]],
    sql: `SELECT b.document AS at, d.id, d.position, CASE WHEN d.key IS NULL THEN 0 END AS fault FROM syncline_bases b
      LEFT JOIN syncline_documents d ON d.key = b.document WHERE b.document > ? ORDER BY b.document LIMIT ?`
  }
]

/** Checks rows against the rows they must agree with, a page of a table a step. */
export function* checkRows(connection: SqliteConnection): IterableIterator<IntegrityProblem[]> {
  for (const check of tableChecks) {
    const page = connection.prepare(check.sql)
    let last = 0
    for (;;) {
      const rows = page.all(last, rowsAtOnce) as Row[]
      if (rows.length === 0) break
      const problems = rows.filter(({ fault }) => fault !== null).map(row => problemOf(check, row))
      if (check.what === "log") problems.push(...gaps(connection, last, rows))
      last = Number(rows.at(-1)?.["at"])
      yield problems
    }
  }
}

/** An expression for the index of the first rule that a row breaks, NULL when it breaks none. */
function faultOf(rules: readonly Rule[]): string {
  return `CASE ${rules.map(([sql], index) => `WHEN ${sql} THEN ${index}`).join(" ")} END`
}

function problemOf({ what, rules }: TableCheck, { id, position, fault }: Row): IntegrityProblem {
  return {
    what,
    ...(typeof id === "string" && { document: id as DocumentId }),
    ...(typeof position === "number" && { position }),
    message: rules[Number(fault)]?.[1] ?? "the row is damaged"
  }
}

/** Positions follow each other without gaps, but where old rows without a record were swept. */
function gaps(connection: SqliteConnection, last: number, rows: readonly Row[]): IntegrityProblem[] {
  const row = connection.prepare("SELECT value FROM syncline_store WHERE name = 'swept'").get() as
    | Row
    | undefined
  const swept = Number(row?.["value"] ?? 0)
  const problems: IntegrityProblem[] = []
  let expected = last + 1
  for (const { at } of rows) {
    const position = Number(at)
    if (position > expected && position - 1 > swept)
      problems.push({
        what: "log",
        position: Math.max(expected, swept + 1),
        message: `the log rows before position ${position} are missing`
      })
    expected = position + 1
  }
  return problems
}
