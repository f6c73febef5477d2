import { sha256 } from "#platform"
import { toHex } from "../codec/hex.ts"
import { checkTables } from "./check-tables.ts"
import { noContent, type ProjectedContent, type TableRows } from "./projected-content.ts"
import type { PlainTable } from "./plain-table.ts"
import type { DurableDocument } from "./projection-source.ts"
import type { SinkContext } from "./sink.ts"
import { documentsTable, type TableDefinition } from "./table.ts"
import { partOf } from "./table-definition-part.ts"
import type { TableLayout } from "./table-layout.ts"
import type { MadeRows, PartDefinition, RowMaker, TablePart } from "./table-part.ts"

/** A checked mapping from documents to tables. */
export interface Projection {
  /** Child tables follow their parents. */
  readonly tables: readonly TableLayout[]
  /** The collections that have a table; absent when some table takes all documents. */
  readonly collections?: ReadonlySet<string>
  /** 64 hex digits; another hash means another mapping, so everything is projected anew under a higher version. */
  readonly hash: string
  /** Documents it is good to project at a time. */
  readonly concurrency: number
  /** Those of its tables from whose cells there is a way back to a document's value. */
  readonly plain: readonly PlainTable[]
  /** Gets ready to project, for one opening of a sink. */
  open(context: SinkContext): OpenProjection
}

/** A mapping at work. */
export interface OpenProjection {
  /**
   * The rows of one document.
   *
   * @throws SynclineError `projection-refused` naming document, table and column.
   */
  project(document: DurableDocument): ProjectedContent | Promise<ProjectedContent>
  /** Ends what is under way. */
  close(): void
}

/** Choices for a projection. */
export interface ProjectionOptions {
  /**
   * Decides, together with names and kinds, whether the mapping changed. Without it the source text of the mapping
   * functions decides, which a bundler may alter and which does not see what a function reads from outside itself.
   */
  readonly revision?: number
}

/**
 * Checks declared tables and makes a projection of them.
 *
 * @throws SynclineError `projection-invalid` saying which name or declaration is wrong, and why.
 */
export function defineProjection(
  definitions: readonly (TableDefinition | PartDefinition)[] = [documentsTable()],
  options: ProjectionOptions = {}
): Projection {
  const parts = definitions.map(each => ("part" in each ? each.part : partOf(each)))
  const tables = parts.flatMap(({ layouts }) => layouts)
  checkTables(tables)
  const wanted = tables.map(({ collection }) => collection)
  return {
    tables,
    ...(wanted.includes(undefined)
      ? {}
      : { collections: new Set(wanted.filter(each => each !== undefined)) }),
    hash: hashOf(tables, options.revision ?? parts.map(({ mapping }) => mapping)),
    concurrency: Math.max(...parts.map(({ concurrency = 1 }) => concurrency)),
    plain: plainTables(parts),
    open: context => openParts(parts, context)
  }
}

function plainTables(parts: readonly TablePart[]): readonly PlainTable[] {
  let first = 0
  return parts.flatMap(({ plain, layouts }) => {
    const table = first
    first += layouts.length
    return plain === undefined ? [] : [{ ...plain, table }]
  })
}

interface OpenPart {
  readonly maker: RowMaker
  /** Place of its first table among all. */
  readonly first: number
}

function openParts(parts: readonly TablePart[], context: SinkContext): OpenProjection {
  let first = 0
  const opened = parts.map((part): OpenPart => {
    const one = { maker: part.open(context), first }
    first += part.layouts.length
    return one
  })
  return {
    project: document => (document.deleted ? forgetAll(opened, document) : projectAll(opened, document)),
    close: () => {
      for (const { maker } of opened) maker.close?.()
    }
  }
}

/** A promise only where some part takes its time: most projections are read off a value at once. */
function projectAll(
  parts: readonly OpenPart[],
  document: DurableDocument
): ProjectedContent | Promise<ProjectedContent> {
  const made = parts.map(({ maker }) => maker.rowsOf(document))
  return made.some(rows => rows instanceof Promise)
    ? Promise.all(made.map(async rows => rows)).then(all => contentOf(parts, all))
    : contentOf(parts, made as readonly MadeRows[])
}

function contentOf(parts: readonly OpenPart[], made: readonly MadeRows[]): ProjectedContent {
  const tables: TableRows[] = []
  let sizeBytes = 0
  made.forEach((rows, i) => {
    for (const each of rows.tables) tables.push({ ...each, table: each.table + (parts[i]?.first ?? 0) })
    sizeBytes += rows.sizeBytes
  })
  return { tables, sizeBytes }
}

function forgetAll(
  parts: readonly OpenPart[],
  document: DurableDocument
): ProjectedContent | Promise<ProjectedContent> {
  const forgetting = parts.map(({ maker }) => maker.forget?.(document)).filter(each => each !== undefined)
  return forgetting.length === 0 ? noContent : Promise.all(forgetting).then(() => noContent)
}

function hashOf(tables: readonly TableLayout[], mapping: unknown): string {
  return toHex(sha256(new TextEncoder().encode(JSON.stringify(["syncline/projection/1", tables, mapping]))))
}
