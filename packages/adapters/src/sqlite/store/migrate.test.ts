import { join } from "node:path"
import { expect, test } from "vitest"
import { rawConnection } from "../testing/raw-connection.ts"
import { temporaryFolder } from "../testing/temporary-folder.ts"
import { type Migration, migrate, schemaVersion } from "./migrate.ts"

const first: Migration = connection => void connection.exec("CREATE TABLE one (x)")
const second: Migration = connection => void connection.exec("CREATE TABLE two (x)")
const breaks: Migration = connection => {
  connection.exec("CREATE TABLE half (x)")
  throw new Error("power cut")
}

test("[SQ6] migrations run once each, in order, from wherever a database is", async () => {
  const connection = await rawConnection(join(temporaryFolder(), "a.db"))
  expect(schemaVersion(connection)).toBe(0)
  migrate(connection, [first])
  expect(schemaVersion(connection)).toBe(1)
  migrate(connection, [first, second])
  migrate(connection, [first, second])
  expect(schemaVersion(connection)).toBe(2)
  expect(
    connection.prepare("SELECT name FROM sqlite_schema WHERE name IN ('one', 'two')").all()
  ).toHaveLength(2)
})

test("[SQ6] a migration that breaks off leaves the version before it, whole, and can be repeated", async () => {
  const connection = await rawConnection(join(temporaryFolder(), "a.db"))
  expect(() => migrate(connection, [first, breaks])).toThrow("power cut")
  expect(schemaVersion(connection)).toBe(1)
  expect(connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").get()).toBeUndefined()
  migrate(connection, [first, second])
  expect(schemaVersion(connection)).toBe(2)
})
