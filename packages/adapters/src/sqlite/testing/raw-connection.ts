import { onTestFinished } from "vitest"
import { loadSqliteDriver, type SqliteConnection } from "../driver/sqlite-driver.ts"

/** A connection of its own to a database, as another tool would have it; closed when the test is over. */
export async function rawConnection(path: string): Promise<SqliteConnection> {
  const driver = await loadSqliteDriver()
  const connection = new driver(path, { timeout: 0 })
  onTestFinished(() => void connection.close())
  return connection
}

/** Runs SQL on a database behind everybody's back. */
export async function runSql(path: string, sql: string): Promise<void> {
  const driver = await loadSqliteDriver()
  const connection = new driver(path)
  try {
    connection.exec(sql)
  } finally {
    connection.close()
  }
}
