/** What this adapter uses of a WebSocket: the platform's and the one of `ws` both have it. */
export interface WebSocketLike {
  binaryType: string
  readonly bufferedAmount: number
  send(data: Uint8Array): void
  close(code?: number, reason?: string): void
  addEventListener(type: "open" | "error", listener: (event: object) => void): void
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void
  addEventListener(
    type: "close",
    listener: (event: { readonly code: number; readonly reason: string }) => void
  ): void
}

/** How a WebSocket is opened. `options` is what `ws` understands; browsers ignore it. */
export type WebSocketConstructor = new (url: string, protocols: string[], options?: object) => WebSocketLike

/** Offered and selected in the opening handshake, so that both sides know what they will speak. */
export const subprotocol = "syncline"
