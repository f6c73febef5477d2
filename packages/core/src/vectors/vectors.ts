import type { Columns } from "../projection/table.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import { layoutOf, readText } from "../projection/table-definition-part.ts"
import type { ColumnLayout, TableLayout, VectorDistance } from "../projection/table-layout.ts"
import type { PartDefinition } from "../projection/table-part.ts"
import { coreError } from "../errors/core-error.ts"
import type { ChunkOptions } from "./chunk-text.ts"
import type { Embedder } from "./embedder.ts"
import { EmbeddingAccount, type EmbeddingCounts } from "./embedding-account.ts"
import { type EmbeddingLimits, embeddingLimits } from "./embedding-limits.ts"
import { SearchedTable } from "./searched-table.ts"
import { VectorRows, type VectorTexts } from "./vector-rows.ts"

/** What `vectors` takes. */
export interface VectorsOptions<Value> {
  /** Whose documents have vectors here: a declared collection, or its name. */
  readonly collection: string | { readonly name: string }
  /** What of a document is embedded; nothing, or only white space: the document has no rows. */
  readonly text: (value: Value, document: DurableDocument) => string | null | undefined
  readonly embed: Embedder
  /** How texts are cut; `false`: not at all. */
  readonly chunk?: ChunkOptions | false
  /** Columns beside the vector, the same in all rows of a document: to filter by, and to show. */
  readonly payload?: Columns<Value>
  /** Default `cosine`. */
  readonly distance?: VectorDistance
  /** How the embedder may be called. */
  readonly limits?: Partial<EmbeddingLimits>
  /**
   * Days of use (not those on which the replica was never opened) for which vectors are kept that nothing refers to any more, because the embedder has
   * another version, or the table or its collection another name: going back within them embeds nothing. Default 30.
   */
  readonly keepFormerDays?: number
}

/** A declared table with vectors. */
export interface VectorDefinition extends PartDefinition {
  readonly name: string
  readonly collection: string
  readonly embed: Embedder
  /** What embedding for this table came to until now: for showing cost. A snapshot. */
  readonly counts: EmbeddingCounts
}

/** Columns of every table with vectors, before those of the payload. */
const ownColumns: readonly ColumnLayout[] = [
  { name: "text", kind: "text", indexed: false },
  { name: "start", kind: "integer", indexed: false },
  { name: "embedder", kind: "text", indexed: false },
  { name: "vector_hash", kind: "bytes", indexed: false }
]

/** Documents whose texts are gathered into calls of the embedder. */
const documentsAtATime = 32

/**
 * Declares a table with a vector for each chunk of a document's text: key columns `parent_id` (the document id) and `ordinal`, then
 * `text`, `start` (where in the document's text, in UTF-16 units), `embedder` (its id and version), `vector_hash`, and the payload's columns.
 *
 * An edit embeds the chunks that it changed, and no others: vectors are kept in the replica's store by embedder and text. A document whose
 * text the embedder does not take is parked, see `projection-refused`; while the embedder is down, the sink waits.
 *
 * ```typescript
 * vectors<Note>("note_chunks", { collection: "notes", text: note => note.body, embed: featureHashing() })
 * ```
 *
 * @throws SynclineError `projection-invalid`, `options-invalid`.
 */
export function vectors<Value>(name: string, options: VectorsOptions<NoInfer<Value>>): VectorDefinition {
  const { embed, chunk = {}, payload = {}, distance = "cosine", text, keepFormerDays = 30 } = options
  const collection = typeof options.collection === "object" ? options.collection.name : options.collection
  checkEmbedder(name, embed)
  const limits = embeddingLimits(options.limits)
  const columns = Object.entries(payload as Columns<never> as Columns<unknown>).map(([column, each]) => ({
    name: column,
    column: each
  }))
  const layout: TableLayout = {
    name,
    collection,
    child: true,
    columns: [...ownColumns, ...columns.map(layoutOf)],
    vector: { dimensions: embed.dimensions, distance }
  }
  if (!Number.isSafeInteger(keepFormerDays) || keepFormerDays < 0)
    throw coreError("options-invalid", `keepFormerDays is ${keepFormerDays}; give a whole number from 0`)
  const account = new EmbeddingAccount()
  const settings = {
    name,
    collection,
    embed,
    chunk,
    limits,
    account,
    keepFormerDays,
    columns,
    text: text as VectorTexts
  }
  return {
    name,
    collection,
    embed,
    get counts() {
      return account.counts
    },
    part: {
      layouts: [layout],
      mapping: ["vectors", embed.id, embed.version, chunk, String(text), ...columns.map(readText)],
      concurrency: documentsAtATime,
      open: context => {
        const rows = new VectorRows(settings, context)
        context.offer?.(new SearchedTable(layout, collection, rows))
        return rows
      }
    }
  }
}

function checkEmbedder(table: string, embedder: Embedder): void {
  const { id, version, dimensions } = embedder
  const isNamed = [id, version].every(part => /^[\w.:@-]{1,100}$/.test(part))
  if (!isNamed)
    throw coreError(
      "projection-invalid",
      `table "${table}": an embedder needs an id and a version of 1 to 100 letters, digits and .:@_-`
    )
  if (
    !Number.isInteger(dimensions) ||
    dimensions < 1 ||
    dimensions > 65_536 ||
    typeof embedder.embed !== "function"
  )
    throw coreError(
      "projection-invalid",
      `table "${table}": embedder ${id} must have a number of dimensions from 1 to 65,536 and a function \`embed\``
    )
}
