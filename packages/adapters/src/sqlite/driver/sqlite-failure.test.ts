import { coreError } from "@syncline/core"
import { expect, test } from "vitest"
import { loadSqliteDriver } from "./sqlite-driver.ts"
import { sqliteFailure } from "./sqlite-failure.ts"

const thrown = (code: string) => Object.assign(new Error("as SQLite puts it"), { code })

test.each([
  ["SQLITE_FULL", "store-failed"],
  ["SQLITE_BUSY_SNAPSHOT", "store-failed"],
  ["SQLITE_IOERR_FSYNC", "store-failed"],
  ["SQLITE_READONLY_DIRECTORY", "store-failed"],
  ["SQLITE_CORRUPT_INDEX", "store-corrupt"],
  ["SQLITE_NOTADB", "store-foreign"],
  ["SQLITE_MISUSE", "store-failed"]
])("[SQ11] %s becomes %s, with what was tried, SQLite's words and the cause", (code, expected) => {
  const cause = thrown(code)
  const failure = sqliteFailure(cause, "writing notes.db")
  expect(failure).toMatchObject({ code: expected, cause, details: { sqliteCode: code } })
  expect(failure.message).toMatch(/writing notes\.db failed \(as SQLite puts it\)/)
})

test("[SQ11] an error that is ours already is not wrapped again", () => {
  const ours = coreError("store-closed", "closed")
  expect(sqliteFailure(ours, "reading")).toBe(ours)
})

test("[SQ12] a Node that better-sqlite3 would crash is refused before it is loaded", async () => {
  await expect(loadSqliteDriver("20.19.4")).rejects.toMatchObject({
    code: "store-failed",
    details: { nodeVersion: "20.19.4" }
  })
  await expect(loadSqliteDriver("22.0.0")).resolves.toBeTypeOf("function")
})

test("[SQ12] a missing better-sqlite3 is an error that says what to install", async () => {
  await expect(loadSqliteDriver("24.0.0", "better-sqlite3-that-is-not-installed")).rejects.toThrow(
    /npm install better-sqlite3/
  )
})
