// What a stranger's first program does, from the packed packages, under whichever Node runs this file: documents in a
// memory store, then in SQLite with a sink, opened again. Plain JavaScript, so that nothing but the Node is in question.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sqliteSink, sqliteStore } from "@syncline/adapters/sqlite"
import { collection, memoryStore, openReplica, text } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"

const notes = collection("notes", { fields: { body: text() } })
const folder = mkdtempSync(join(tmpdir(), "syncline-smoke-"))
const file = join(folder, "notes.db")
const stateDirectory = join(folder, "state")
try {
  await writeAndRead({ store: memoryStore() })
  await writeAndRead({ store: sqliteStore(file, { stateDirectory }), sinks: [sqliteSink(`${file}.rows`)] })
  await again({ store: sqliteStore(file, { stateDirectory }), sinks: [sqliteSink(`${file}.rows`)] })
  console.log(`ok on Node ${process.versions.node}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function writeAndRead(options) {
  const replica = await openReplica({ engine: yjs(), collections: [notes], ...options })
  const note = await replica.load(notes, "first")
  await note.change(draft => {
    draft.body = "hello"
  }).durable
  expect(note.value.body, "hello")
  await replica.close()
}

async function again(options) {
  const replica = await openReplica({ engine: yjs(), collections: [notes], ...options })
  expect((await replica.load(notes, "first")).value.body, "hello")
  expect((await replica.verify()).clean, true)
  await replica.close()
}

function expect(found, wanted) {
  if (found !== wanted) throw new Error(`expected ${String(wanted)}, found ${String(found)}`)
}
