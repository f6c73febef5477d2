/** How a caller follows and ends a long transfer. */
export interface TransferOptions {
  /** Ends the transfer with its reason; looked at once a piece. */
  readonly signal?: AbortSignal
  /** Told after each piece how many bytes of content are done. */
  readonly onProgress?: (contentBytes: number) => void
}
