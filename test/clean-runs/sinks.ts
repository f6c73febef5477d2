import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { indexedDbSink } from "@syncline/adapters/indexeddb"
import { sqliteSink } from "@syncline/adapters/sqlite"
import { sqliteVecSink } from "@syncline/adapters/sqlite-vec"
import { defineProjection } from "@syncline/core"
import { memorySink, type SinkFixture } from "@syncline/core/testing"
import { featureHashing, vectors } from "@syncline/core/vectors"
import { freshName, useFakeIndexedDb } from "../../packages/adapters/src/indexeddb/testing/fake-indexeddb.ts"
import { contractSink } from "../../packages/adapters/src/qdrant/testing/contract-fixtures.ts"

/** A place for one run. */
export type CleanPlace = Pick<SinkFixture, "sink" | "remove">

/** Every sink there is, each in a place of its own. */
export const sinks: Readonly<Record<string, () => CleanPlace | Promise<CleanPlace>>> = {
  memory: () => ({ sink: tables => memorySink(undefined, { projection: defineProjection(tables) }) }),
  sqlite: () =>
    inFolder(path => ({ sink: tables => sqliteSink(path, tables === undefined ? {} : { tables }) })),
  "sqlite-tracking": () =>
    inFolder(path => ({
      sink: tables => sqliteSink(path, { tracking: true, ...(tables === undefined ? {} : { tables }) })
    })),
  "sqlite-vec": () =>
    inFolder(path => ({ sink: tables => sqliteVecSink(path, { tables: [...(tables ?? []), titles()] }) })),
  indexeddb: () => {
    useFakeIndexedDb()
    const name = freshName()
    return { sink: tables => indexedDbSink(name, tables === undefined ? {} : { tables }) }
  },
  qdrant: () => contractSink()
}

function titles(): ReturnType<typeof vectors> {
  return vectors<{ readonly title?: string }>("title_chunks", {
    collection: "notes",
    text: note => note.title,
    embed: featureHashing({ dimensions: 16 })
  })
}

function inFolder(make: (path: string) => CleanPlace): CleanPlace {
  const folder = mkdtempSync(join(tmpdir(), "syncline-clean-"))
  return { ...make(join(folder, "sink.db")), remove: () => rmSync(folder, { recursive: true, force: true }) }
}
