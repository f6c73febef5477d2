/** What the process that measures memory is told, as its only argument in JSON. */
export interface RsyncMemoryOrder {
  readonly step: "signature" | "delta" | "patch"
  readonly contentBytes: number
  readonly blockBytes: number
  /** Collect garbage after each 16 MiB of output, so that only what is held counts. */
  readonly collect: boolean
}

/** What it answers. */
export interface RsyncMemoryFigures {
  /** Growth of the most the process ever held, over what it held after a short run. */
  readonly residentBytes: number
  readonly ms: number
}
