import { noteId, type SeededRandom } from "@syncline/core/testing"

/** The notes of a history are `notes/0` and on, so many; others have ideas of their own. */
export const noteCount = 6

type Write = (random: SeededRandom) => string

function id(random: SeededRandom): string {
  return `'${random.chance(0.9) ? noteId(random.integer(noteCount)) : noteId(random.pick(["x", "y"]))}'`
}

/** What applications write to rows and records, also by mistake. */
const writes: readonly Write[] = [
  random => `UPDATE notes SET title = 'forged ${random.integer(3)}' WHERE id = ${id(random)}`,
  random => `UPDATE notes SET title = title WHERE id = ${id(random)}`,
  random => `UPDATE OR FAIL notes SET size = size + 1 WHERE id >= ${id(random)}`,
  random =>
    `UPDATE OR REPLACE notes SET title = (SELECT title FROM notes WHERE id = ${id(random)}) WHERE id = ${id(random)}`,
  random =>
    `UPDATE OR REPLACE notes SET rowid = (SELECT rowid FROM notes WHERE id = ${id(random)}) WHERE id = ${id(random)}`,
  random => `UPDATE OR REPLACE notes SET id = ${id(random)} WHERE id = ${id(random)}`,
  random =>
    `INSERT OR REPLACE INTO notes SELECT ${id(random)}, title, size, raw FROM notes WHERE id = ${id(random)}`,
  random =>
    `INSERT OR REPLACE INTO notes (rowid, id, title, size, raw) SELECT rowid, ${id(random)}, 'moved', 1, '{}' FROM notes WHERE id = ${id(random)}`,
  random =>
    `INSERT INTO notes VALUES (${id(random)}, 'new', 1, '{}') ON CONFLICT (id) DO UPDATE SET id = ${id(random)}, title = 'upserted'`,
  random => `INSERT OR IGNORE INTO notes VALUES (${id(random)}, 'new', 10, '{}')`,
  random => `DELETE FROM notes WHERE id = ${id(random)}`,
  random => `DELETE FROM note_tags WHERE parent_id = ${id(random)}`,
  random => `UPDATE note_tags SET tag = 'z' WHERE parent_id = ${id(random)}`,
  random => `UPDATE OR IGNORE note_tags SET parent_id = ${id(random)} WHERE parent_id = ${id(random)}`,
  random => `DELETE FROM syncline_records WHERE id = ${id(random)}`,
  random => `UPDATE syncline_records SET height = height + 1 WHERE id = ${id(random)}`,
  random =>
    `UPDATE syncline_records SET digest = (SELECT digest FROM syncline_records WHERE id = ${id(random)}) WHERE id = ${id(random)}`,
  random => `INSERT INTO likes VALUES (${id(random)}, ${id(random)})`,
  random => `DELETE FROM likes WHERE note = ${id(random)}`
]

/** What is made in the schema, and what ends it again: in between rows may change in ways of their own. */
const windows: readonly (readonly [open: string, close: string])[] = [
  ["CREATE UNIQUE INDEX mine ON notes (title)", "DROP INDEX IF EXISTS mine"],
  [
    `CREATE TABLE likes (note TEXT REFERENCES notes (id) ON DELETE CASCADE, other TEXT);
     INSERT INTO likes SELECT a.id, b.id FROM notes a, notes b WHERE a.id <> b.id;
     CREATE TRIGGER unliked AFTER DELETE ON likes BEGIN UPDATE notes SET title = 'unliked' WHERE id = OLD.other; END`,
    "DROP TABLE IF EXISTS likes"
  ],
  ...[
    "AFTER UPDATE ON notes WHEN NEW.title LIKE 'own%1' BEGIN UPDATE notes SET title = 'LOUD' WHERE id = NEW.id",
    "AFTER INSERT ON notes BEGIN UPDATE note_tags SET tag = 'inserted' WHERE parent_id = 'notes/0'",
    "AFTER UPDATE ON notes WHEN NEW.title LIKE '%2' BEGIN SELECT RAISE(IGNORE)",
    "BEFORE INSERT ON notes WHEN NEW.title LIKE 'own%3' BEGIN SELECT RAISE(IGNORE)",
    "AFTER UPDATE ON syncline_records WHEN NEW.id = 'notes/4' BEGIN SELECT RAISE(FAIL, 'no')",
    "AFTER DELETE ON syncline_marks BEGIN UPDATE notes SET title = 'marked' WHERE id = 'notes/5'"
  ].map(
    (body, at) => [`CREATE TRIGGER mine_${at} ${body}; END`, `DROP TRIGGER IF EXISTS mine_${at}`] as const
  )
]

/** What is done to the schema at once. */
const alterations: readonly Write[] = [
  () => "ALTER TABLE notes DROP COLUMN raw; ALTER TABLE notes ADD COLUMN raw TEXT",
  () => "VACUUM; ANALYZE",
  random => `DROP TRIGGER syncline_track_notes_update; ${othersWrites(random)}`
]

/** What is done to the account, by somebody who takes it for rubbish, or knows what it is. */
const tampering: readonly Write[] = [
  () => "DELETE FROM syncline_marks",
  random => `INSERT OR IGNORE INTO syncline_marks SELECT ${id(random)}, round FROM syncline_tracking`,
  random => `UPDATE syncline_leaves SET leaf = former WHERE id = ${id(random)} AND former IS NOT NULL`,
  random => `DELETE FROM syncline_leaves WHERE id = ${id(random)}`,
  () => "UPDATE syncline_tree SET count = count + 1",
  () => "UPDATE syncline_tracking SET accepted = incident, touched = 0",
  () =>
    "CREATE TEMP TABLE saved AS SELECT * FROM syncline_tracking; UPDATE saved SET accepted = incident; INSERT OR REPLACE INTO syncline_tracking SELECT * FROM saved",
  () => "UPDATE syncline_tracking SET writing = 1"
]

const takingAway: readonly string[] = [
  "DELETE FROM syncline_tracking",
  "DROP TABLE syncline_leaves",
  "DROP TABLE syncline_tracking; DROP TABLE syncline_marks; DROP TABLE syncline_leaves; DROP TABLE syncline_tree"
]

/** Statements of others, one after the other, as one program runs them. */
export function othersWrites(random: SeededRandom): string {
  const statements = Array.from({ length: 1 + random.integer(3) }, () => random.pick(writes)(random))
  const end = random.pick(["COMMIT", "COMMIT", "ROLLBACK"])
  return random.chance(0.2) ? `BEGIN; ${statements.join("; ")}; ${end}` : statements.join("; ")
}

/** Something of others in the schema, and what ends it. */
export function schemaWindow(random: SeededRandom): readonly [open: string, close: string] {
  return random.pick(windows)
}

/** Something done to the schema by who knows nothing of the account. */
export function altered(random: SeededRandom): string {
  return random.pick(alterations)(random)
}

/** Something done to the account. */
export function tampered(random: SeededRandom): string {
  return random.pick(tampering)(random)
}

/** Takes the account away, or part of it. */
export function takenAway(random: SeededRandom): string {
  return random.pick(takingAway)
}

/** Ends everything that others made in the schema. */
export const allWindowsClosed: string = windows.map(([, close]) => close).join("; ")
