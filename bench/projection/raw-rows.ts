import { stampToDate } from "@syncline/clock"
import type { DurableDocument } from "@syncline/core"
import { openRaw, type RawDatabase } from "../store/raw-database.ts"
import type { BenchNote } from "./bench-note.ts"

/** Rows as somebody would keep them by hand: the same tables, prepared upserts, everything else left out. */
export interface RawRows {
  readonly name: string
  /** What a document becomes; made beforehand, so that the peer is timed writing and nothing else. */
  toRow(document: DurableDocument): unknown
  /** One transaction. */
  write(rows: readonly unknown[]): void
  close(): void
}

/** The table that a sink without configuration has. */
export function rawDocuments(path: string): RawRows {
  const database = openRaw(path)
  database.exec(`CREATE TABLE documents (id TEXT PRIMARY KEY NOT NULL, collection TEXT, value TEXT, version INTEGER,
    digest BLOB, updated_at TEXT) STRICT; CREATE INDEX by_collection ON documents (collection)`)
  const upsert =
    database.prepare(`INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    collection = excluded.collection, value = excluded.value, version = excluded.version, digest = excluded.digest,
    updated_at = excluded.updated_at`)
  return rawRows("raw prepared upserts of the same rows", database, {
    toRow: ({ id, value, height, digest, updatedAt }) => [
      id,
      id.slice(0, id.indexOf("/")),
      JSON.stringify(value),
      height,
      digest,
      stampToDate(updatedAt).toISOString()
    ],
    writeOne: row => upsert.run(...(row as unknown[]))
  })
}

/** A table with typed columns and one for the elements of a list. */
export function rawNotes(path: string): RawRows {
  const database = openRaw(path)
  database.exec(`CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, title TEXT, body TEXT, done INTEGER, rank REAL) STRICT;
    CREATE INDEX by_title ON notes (title);
    CREATE TABLE note_tags (parent_id TEXT NOT NULL, ordinal INTEGER NOT NULL, tag TEXT,
      PRIMARY KEY (parent_id, ordinal)) STRICT, WITHOUT ROWID`)
  const upsert = database.prepare(`INSERT INTO notes VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    title = excluded.title, body = excluded.body, done = excluded.done, rank = excluded.rank`)
  const clear = database.prepare("DELETE FROM note_tags WHERE parent_id = ?")
  const insert = database.prepare("INSERT INTO note_tags VALUES (?, ?, ?)")
  return rawRows("raw prepared upserts of the same rows", database, {
    toRow: ({ id, value }) => ({ id, note: value }),
    writeOne: row => {
      const { id, note } = row as { id: string; note: BenchNote }
      upsert.run(id, note.title, note.body, Number(note.done), note.rank)
      clear.run(id)
      note.tags.forEach((tag, ordinal) => insert.run(id, ordinal, tag))
    }
  })
}

function rawRows(
  name: string,
  database: RawDatabase,
  { toRow, writeOne }: { toRow: (document: DurableDocument) => unknown; writeOne: (row: unknown) => void }
): RawRows {
  const write = database.transaction((rows: readonly unknown[]) => {
    for (const row of rows) writeOne(row)
  })
  return { name, toRow, write, close: () => database.close() }
}
