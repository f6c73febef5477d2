import { diffError } from "../error/diff-error.ts"

/** How a caller follows and ends a long transfer. */
export interface TransferOptions {
  /**
   * Ends the transfer with its reason; looked at for each piece that comes or goes, that is every 256 KiB, if a stream does not come in
   * longer pieces.
   */
  readonly signal?: AbortSignal
  /** Told at the same places, and at the end, how many bytes of content are done: of the old version for a signature, else of the new. */
  readonly onProgress?: (contentBytes: number) => void
}

/** Throws `rsync-option-invalid` for what is no limit: NaN, above all, would let everything pass. */
export function checkLimit(name: string, value: number): void {
  if (value >= 0) return
  throw diffError("rsync-option-invalid", `${name} is ${value}, it must be a number from 0 on`)
}
