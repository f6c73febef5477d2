/** What is told of each commit beside its update, in this order. */
const columnNames = [
  "flags",
  "documents",
  "actors",
  "seqs",
  "stamps",
  "dependencies",
  "extras",
  "checks",
  "lengths"
] as const

/** One writer or reader for each column. */
export type CommitColumns<T> = Readonly<Record<(typeof columnNames)[number], T>>

/** Makes the columns of a batch. A single commit has one for everything: nothing to compress, and no lengths to tell. */
export function commitColumns<T>(count: number, column: () => T): CommitColumns<T> {
  const all = count === 1 ? column() : undefined
  return Object.fromEntries(columnNames.map(name => [name, all ?? column()])) as CommitColumns<T>
}
