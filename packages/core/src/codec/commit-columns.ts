/** What is told of each commit beside its update, in this order. */
type ColumnName =
  | "flags"
  | "documents"
  | "actors"
  | "seqs"
  | "stamps"
  | "dependencies"
  | "extras"
  | "checks"
  | "lengths"

/** One writer or reader for each column. */
export type CommitColumns<T> = Readonly<Record<ColumnName, T>>

/** Makes the columns of a batch. A single commit has one for everything: nothing to compress, and no lengths to tell. */
export function commitColumns<T>(count: number, column: () => T): CommitColumns<T> {
  const all = count === 1 ? column() : undefined
  const next = () => all ?? column()
  // Written out: every read of a column goes through this object, and one made from entries is a dictionary.
  return {
    flags: next(),
    documents: next(),
    actors: next(),
    seqs: next(),
    stamps: next(),
    dependencies: next(),
    extras: next(),
    checks: next(),
    lengths: next()
  }
}
