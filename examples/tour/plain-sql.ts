import Database from "better-sqlite3"
import { packageTableNames } from "./package-tables.ts"

/** Runs a query on a database file over a connection of its own, as any other program would. */
export function query<Row>(path: string, sql: string, ...parameters: readonly unknown[]): Row[] {
  const database = new Database(path, { readonly: true, fileMustExist: true })
  try {
    return database.prepare(sql).all(...parameters) as Row[]
  } finally {
    database.close()
  }
}

/** Runs statements on a database file behind everybody's back, all or none. Returns the number of rows they changed. */
export function tamper(path: string, statements: readonly (readonly [string, ...unknown[]])[]): number {
  const database = new Database(path, { fileMustExist: true })
  try {
    database.exec("BEGIN IMMEDIATE")
    const changed = statements.map(([sql, ...parameters]) => database.prepare(sql).run(...parameters).changes)
    database.exec("COMMIT")
    return changed.reduce((sum, each) => sum + each, 0)
  } finally {
    database.close()
  }
}

/** Every row of every table of the tour, in order of their keys. */
export function dump(path: string): readonly (readonly unknown[])[] {
  return packageTableNames.map(name => query(path, `SELECT * FROM ${name} ORDER BY 1, 2`))
}
