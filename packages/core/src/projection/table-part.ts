import type { PlainTable } from "./plain-table.ts"
import type { TableRows } from "./projected-content.ts"
import type { DurableDocument } from "./projection-source.ts"
import type { SinkContext } from "./sink.ts"
import type { TableLayout } from "./table-layout.ts"

/** Rows of one document, and their rough size. */
export interface MadeRows {
  /** Places are those among the part's own tables. */
  readonly tables: readonly TableRows[]
  readonly sizeBytes: number
}

/** Makes the rows of documents, for one opening of a sink. */
export interface RowMaker {
  /**
   * The rows of a document that is not deleted.
   *
   * @throws SynclineError `projection-refused` when this document cannot be projected as it is.
   */
  rowsOf(document: DurableDocument): MadeRows | Promise<MadeRows>
  /** A document was deleted: nothing kept for it is needed any more. */
  forget?(document: DurableDocument): Promise<void>
  /** Ends what is under way. */
  close?(): void
}

/** Some tables of a projection, and how their rows are made. */
export interface TablePart {
  readonly layouts: readonly TableLayout[]
  /** JSON that is another one when rows are made otherwise. */
  readonly mapping: unknown
  /** Documents it is good to have the rows of made at a time; default 1. */
  readonly concurrency?: number
  /** Where its rows are read off a value: how to get back to that. Its `table` is 0. */
  readonly plain?: PlainTable
  open(context: SinkContext): RowMaker
}

/** A table whose rows take more to make than reading a value. Made by `vectors` of `@syncline/core/vectors`. */
export interface PartDefinition {
  readonly part: TablePart
}
