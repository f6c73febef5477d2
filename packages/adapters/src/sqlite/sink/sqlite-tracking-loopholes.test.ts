import { describe, expect, it } from "vitest"
import { foundIn, trackedNotes, unsure } from "../testing/tracked-notes.ts"

const change = "UPDATE notes SET title = 'x' WHERE id = 'notes/1'"

describe("what others do about the account of a SQLite sink", () => {
  it.each([
    ["ends the statement", "SELECT RAISE(IGNORE)"],
    ["fails", "SELECT RAISE(FAIL, 'no')"],
    ["has a conflict", "INSERT OR FAIL INTO log VALUES (1)"]
  ])(
    "[SK12] a change is marked though a trigger of the application's %s once it is made",
    async (_, what) => {
      const { projector, byTree, inFull, run } = await trackedNotes()
      await run("CREATE TABLE log (only_row INTEGER PRIMARY KEY); INSERT INTO log VALUES (1)")
      for (const event of ["INSERT", "UPDATE", "DELETE"])
        await run(`CREATE TRIGGER mine_${event} AFTER ${event} ON notes BEGIN ${what}; END`)
      expect((await inFull()).clean).toBe(true)
      await run("INSERT INTO notes VALUES ('notes/x', 'x', 1, '{}')").catch(() => {})
      await run(change).catch(() => {})
      await run("DELETE FROM notes WHERE id = 'notes/2'").catch(() => {})
      expect(foundIn(await byTree())).toEqual(["notes/1 mismatch", "notes/2 mismatch", "notes/x orphan"])
      await projector.close()
    }
  )

  it("[SK13] a row put in the account's place makes it unsure, whatever it says", async () => {
    const { projector, byTree, run } = await trackedNotes()
    await run("DROP TRIGGER syncline_track_notes_update")
    await run(change)
    expect(await byTree()).toMatchObject(unsure)
    await run(`CREATE TEMP TABLE mine AS SELECT * FROM syncline_tracking; UPDATE mine SET accepted = incident;
      INSERT OR REPLACE INTO syncline_tracking SELECT * FROM mine`)
    expect(await byTree()).toMatchObject(unsure)
    await projector.close()
  })
})
