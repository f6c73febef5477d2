import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { temporaryFolder } from "../testing/temporary-folder.ts"
import { HeldFile } from "./held-file.ts"
import { loadSqliteDriver } from "./sqlite-driver.ts"

const Driver = await loadSqliteDriver()

test("[SK16] what others put beside the path while a former file is closed is theirs, though it has the numbers of what was there", () => {
  const path = join(temporaryFolder(), "notes.db")
  const ends = ["-wal", "-shm"]
  // Whoever begins anew in that moment, as the file system lets him: a number is free again as soon as its file is closed.
  class Raced extends Driver {
    override close(): unknown {
      super.close()
      for (const end of ["", ...ends]) {
        rmSync(`${path}${end}`, { force: true })
        writeFileSync(`${path}${end}`, "theirs")
      }
      return this
    }
  }
  const held = new HeldFile(Raced, path, {})
  held.connection.exec("PRAGMA journal_mode = WAL; CREATE TABLE notes (id)")
  expect(held.isInPlace).toBe(true)
  rmSync(path)
  held.release()
  expect(ends.map(end => readFileSync(`${path}${end}`, "utf8"))).toEqual(["theirs", "theirs"])
})
