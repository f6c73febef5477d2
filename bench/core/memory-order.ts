/** What the process of the memory bench is to do. */
export interface MemoryOrder {
  readonly stage: "fill" | "measure"
  readonly path: string
  readonly stateDirectory: string
  /** In the store. */
  readonly documents: number
  /** Loaded and held. */
  readonly open: number
}

/** What it found; memory after collecting garbage. */
export interface MemoryFigures {
  readonly openMs: number
  /** Building the tree over all documents and hashing it. */
  readonly firstRootMs: number
  /** More than before the store was opened. */
  readonly residentBytes: number
  /** The same once roots were compared. */
  readonly residentWithRootsBytes: number
}
