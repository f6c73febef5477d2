import type { Dot, HlcStamp } from "@syncline/clock"
import { hlcStampToParts } from "@syncline/clock"
import type { PackedCommit, PackedDependency } from "../codec/packed-commit.ts"
import type { Dependency } from "../commit/commit.ts"
import type { Version } from "../commit/version.ts"
import { coreError } from "../errors/core-error.ts"
import type { CommitTable } from "./commit-table.ts"
import { baseCut } from "./cuts.ts"
import type { LogView } from "./history-index.ts"
import type { CommitChanges, HistoryEntry, HistoryOptions, HistoryPage } from "./history-page.ts"
import { readAdoptionNote } from "./adoption-note.ts"
import { readRevertNote } from "./revert-note.ts"
import { readUpgradeNote } from "./upgrade-note.ts"

const defaultLimit = 50

/** Entries hold versions, which have an entry for each writer. */
const maxLimit = 10_000

/** What entries are made with beside the table. */
export interface PageContext {
  readonly durableRows: number
  readonly trusts: (stamp: HlcStamp) => boolean
  readonly changesOf: (dot: Dot, signal: AbortSignal | undefined) => Promise<CommitChanges>
}

/**
 * A page of a document's history. Reads the records which its commits are in; finding them goes through the table, in memory.
 *
 * @throws SynclineError `options-invalid`
 */
export async function listPage(
  { table, reader }: LogView,
  { limit = defaultLimit, before, after }: HistoryOptions,
  context: PageContext
): Promise<HistoryPage> {
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit)
    throw coreError("options-invalid", `a page of history has 1 to ${maxLimit} entries, not ${limit}`)
  const listed = newestRows(table, limit, before, after)
  const ascending = listed.rows.map(({ row }) => row).sort((a, b) => a - b)
  const commits = await reader.read(ascending.map(row => table.placeOf(row)))
  const contents = new Map(ascending.map((row, i) => [row, commits[i]]))
  const entries = listed.rows.flatMap(({ row, version }) => {
    const content = contents.get(row)
    return content === undefined ? [] : entryOf(table, row, content, version, context)
  })
  return { entries, base: table.base, ...(listed.older === undefined ? {} : { older: listed.older }) }
}

interface Listed {
  readonly rows: readonly { readonly row: number; readonly version: Version }[]
  readonly older?: Version
}

/** Goes down the order from the newest commit of `before`, keeping the version of what is left below. */
function newestRows(
  table: CommitTable,
  limit: number,
  before: Version | undefined,
  after: Version | undefined
): Listed {
  const left = topCut(table, before)
  const known = after === undefined ? undefined : table.cutOf(after)
  const rows: { readonly row: number; readonly version: Version }[] = []
  const { order } = table
  for (let rank = order.length - 1; rank >= 0; rank--) {
    const row = order[rank]
    if (row === undefined || !table.has(left, row)) continue
    if (known === undefined || !table.has(known, row)) {
      if (rows.length === limit) return { rows, older: table.versionOf(left) }
      rows.push({ row, version: table.versionOf(left) })
    }
    left[table.actorNumber(row)] = table.seqOf(row) - 1
  }
  return { rows }
}

/** All of a version that is here, and all of the base. */
function topCut(table: CommitTable, before: Version | undefined): number[] {
  const end = table.end
  if (before === undefined) return [...end]
  const [base, top] = [baseCut(table), table.cutOf(before)]
  return end.map((seq, number) => Math.max(base[number] ?? 0, Math.min(seq, top[number] ?? 0)))
}

function entryOf(
  table: CommitTable,
  row: number,
  content: PackedCommit,
  version: Version,
  { durableRows, trusts, changesOf }: PageContext
): HistoryEntry {
  const { dot, kind, stamp, meta } = content
  const reverted = readRevertNote(meta)
  const upgraded = readUpgradeNote(meta)
  const adopted = readAdoptionNote(meta)
  return {
    dot,
    actor: dot.actor,
    hash: table.hashOf(row),
    kind,
    stamp,
    timeMs: hlcStampToParts(stamp).unixMs,
    untrusted: !trusts(stamp),
    durable: row < durableRows,
    ...(meta === undefined ? {} : { meta }),
    ...(reverted === undefined ? {} : { reverted }),
    ...(upgraded === undefined ? {} : { upgraded }),
    ...(adopted === undefined ? {} : { adopted }),
    dependencies: content.dependencies.map(each => withHash(table, each)),
    version,
    changes: signal => changesOf(dot, signal)
  }
}

/** Within one record the hashes of dependencies go without saying. */
function withHash(table: CommitTable, { actor, seq, hash8 }: PackedDependency): Dependency {
  const hash = hash8 ?? table.hashAt(actor, seq)?.subarray(0, 8)
  return { actor, seq, hash8: hash?.slice() ?? new Uint8Array() }
}
