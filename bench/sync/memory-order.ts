/** What the process whose memory is measured is to be. */
export type MemoryOrder =
  /** A server on this SQLite store. */
  | { readonly kind: "replica"; readonly path: string; readonly stateDirectory: string }
  /** A server that takes WebSockets and does nothing with them. */
  | { readonly kind: "sockets" }
  /** A map of so many ids to digests. */
  | { readonly kind: "map"; readonly documents: number }

/** What that process says: first when it is ready, then after each question. */
export interface MemoryAnswer {
  /** Where it can be dialed; 0 where it cannot. */
  readonly port: number
  /** In use by JavaScript, buffers included, after collecting garbage. What SQLite keeps is not in it. */
  readonly heapBytes: number
  /** Of the whole process. */
  readonly residentBytes: number
}
