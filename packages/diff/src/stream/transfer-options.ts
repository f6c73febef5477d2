/** How a caller follows and ends a long transfer. */
export interface TransferOptions {
  /**
   * Ends the transfer with its reason: at once where it waits for bytes, and else for each piece that comes or goes, that is every 256 KiB,
   * if a stream does not come in longer pieces.
   */
  readonly signal?: AbortSignal
  /**
   * Told at the same places, and at the end, how many bytes of content are done: a number of bytes and not a share. For a signature those
   * of the old version, else of the new; for a blob those that are stored.
   */
  readonly onProgress?: (contentBytes: number) => void
}
