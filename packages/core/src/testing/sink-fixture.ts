import type { JsonObject } from "../document/json.ts"
import { column } from "../projection/column.ts"
import type { Sink } from "../projection/sink.ts"
import { childRows, table, type TableDefinition } from "../projection/table.ts"

/** What the documents of the sink contract hold. */
export interface ContractNote extends JsonObject {
  readonly title: string
  readonly size: number
  readonly tags: readonly string[]
}

/** The tables of the sink contract: a row per document and a row per tag. */
export const contractTables: readonly TableDefinition[] = [
  table<ContractNote>("notes", {
    columns: {
      title: column.text(note => note.title, { index: true }),
      size: column.real(note => note.size),
      raw: column.json(note => note)
    },
    children: { note_tags: childRows((note: ContractNote) => note.tags, { tag: column.text(tag => tag) }) }
  })
]

/** The parts of `OrderKey` that can be damaged. */
export type KeyPart = "generation" | "projection" | "height"

/** Changes what a sink holds behind its back, as somebody with access to the backend could. Each call is awaited. */
export interface SinkDamage {
  /** Puts any 64-bit integer in a part of the order key. */
  setKey(id: string, part: KeyPart, value: bigint): void | Promise<void>
  setDigest(id: string, digest: Uint8Array): void | Promise<void>
  setDeleted(id: string, deleted: boolean): void | Promise<void>
  /** Takes bookkeeping and content away. */
  removeAll(id: string): void | Promise<void>
  /** Takes the bookkeeping away and leaves the content. */
  removeBookkeeping(id: string): void | Promise<void>
  /** Takes the rows in one table away and leaves everything else. */
  removeRows(id: string, table: "notes" | "note_tags"): void | Promise<void>
  /** Puts another title. */
  setTitle(id: string, title: string): void | Promise<void>
  /** Puts text where JSON stood. */
  breakJson(id: string): void | Promise<void>
  /** Puts something else where a number stood: text where the backend takes it there, nothing where it does not. */
  setWrongType(id: string): void | Promise<void>
  /** Puts another seal, of the right form. */
  setSeal(id: string): void | Promise<void>
  /** Puts a row that is made of part of a document (a chunk where there are any, a tag where there are none) there a second time, as the next one. */
  duplicateChunk(id: string): void | Promise<void>
  /** Adds a tag with an ordinal nothing has. */
  addTag(id: string): void | Promise<void>
  /** Adds a row in `notes` and nothing else. */
  addRow(id: string): void | Promise<void>
  /** Copies everything under an id to another, which has nothing. */
  copy(from: string, to: string): void | Promise<void>
  /** Exchanges everything under two ids. */
  swap(a: string, b: string): void | Promise<void>
  /** Exchanges the rows in `notes` under two ids, the bookkeeping stays. */
  swapRows(a: string, b: string): void | Promise<void>
  /**
   * Takes everything away, what the sink keeps of itself included, as an application does that clears all tables; where a backend cannot tell whose empty ones are,
   * the tables, too.
   */
  removeEverything(): void | Promise<void>
}

/** A place for a sink, empty, and what can be done to it. */
export interface SinkFixture {
  /** The sink over this place; every call gives another object, as another start of the application would. */
  sink(tables?: readonly TableDefinition[]): Sink
  readonly damage: SinkDamage
  readonly remove?: () => Promise<void> | void
}

/** Makes a fresh fixture for each case. */
export type MakeSink = () => SinkFixture | Promise<SinkFixture>
