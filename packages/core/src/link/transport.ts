/** Why a connection ended, as the other side sees it. WebSocket close codes 4000–4099 carry them on the wire. */
export type CloseReason =
  /** The application closed the link. */
  | "closed"
  /** The other side is shutting down; reconnect later. */
  | "going-away"
  /** The peer sent something that is not our protocol. */
  | "protocol-violation"
  /** No common protocol version. */
  | "protocol-unsupported"
  /** A frame was larger than agreed. */
  | "frame-too-large"
  /** The peer sent more than it had credit for. */
  | "flow-control"
  /** Nothing was heard for too long. */
  | "timeout"
  /** Credentials were refused. */
  | "unauthorized"
  /** Both ends are the same replica, or copies of one that still have one name. */
  | "self"
  /** Something failed on this side; not the peer's fault. */
  | "internal"
  /** The connection broke below us. */
  | "connection-lost"
  /** What the credentials granted is over, and no newer ones came in time. */
  | "expired"
  /** What the link may sync changed: connect again. */
  | "regrant"

/** How a connection ended. */
export interface Closed {
  readonly reason: CloseReason
  readonly message: string
}

/**
 * One live, message-oriented, two-way channel. Messages are meant to arrive whole, once and in order; the protocol
 * above notices when they do not and closes.
 */
export interface Connection {
  /**
   * Queues one message. Does nothing once closed. The bytes must not be changed afterwards; `owned` ones must not be read
   * either, so that a transport inside one machine can move them instead of copying.
   */
  send(message: Uint8Array, owned?: boolean): void
  /** Bytes queued and not yet handed to the network, or a little more. What the platform does not tell counts as handed over. */
  readonly bufferedBytes: number
  /** At most one listener of each kind; messages that came before it was set are kept for it (bounded by the channel). */
  onMessage(listener: (message: Uint8Array) => void): void
  /** Called once, however the connection ended, never before this returns; at once if it ended before. */
  onClose(listener: (closed: Closed) => void): void
  /** Ends the connection, telling the other side why. Does nothing once closed. */
  close(closed: Closed): void
}

/** Makes connections to one other replica. Reconnecting is the link's business, not the transport's. */
export interface Transport {
  /** For messages: `ws://host/sync`. */
  readonly name: string
  /** The name leads to this replica only now (a tab, say): nothing is remembered under it. Default: it does again. */
  readonly transient?: boolean
  /**
   * @throws SynclineError `link-closed` when no connection comes about, `aborted` when `signal` fires first.
   */
  connect(signal: AbortSignal): Promise<Connection>
}
