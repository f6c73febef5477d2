import type { BenchRow } from "./bench.ts"

/** What the process that runs one bench file tells the process that prints. */
export type BenchMessage =
  | { readonly kind: "row"; readonly row: BenchRow }
  /** A bench could not measure; `error` is printable, with its stack. */
  | { readonly kind: "failed"; readonly bench: string; readonly error: string }

/** What it is told, as its only argument in JSON. */
export interface BenchOrder {
  /** Absolute path of the bench file. */
  readonly path: string
  /** The same as `area/file.ts`. */
  readonly file: string
  readonly filters: readonly string[]
  readonly quick: boolean
}
