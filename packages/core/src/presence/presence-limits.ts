/** Most bytes of a state, as JSON in UTF-8: a name, a colour, a cursor and a selection have 200. */
export const maxStateBytes: number = 4 * 1024

/** Most states in one document, the own one included: beyond that nobody looks at cursors. */
export const maxStatesPerDocument: number = 256

/** Documents in which this replica shows itself at a time. */
export const maxOwnDocuments: number = 256

/** What one connection may make us hold. */
export const maxPerLine: Bounds = { slots: 1_024, bytes: 2 ** 20 }

/** What all connections together may make us hold. */
export const maxInAll: Bounds = { slots: 16_384, bytes: 2 ** 24 }

/** How much is held. */
export interface Bounds {
  readonly slots: number
  readonly bytes: number
}

/** Seconds after which a state nobody renews is gone. Three renewals may get lost. */
export const lifetimeSeconds: number = 30

/** Seconds between renewals. */
export const renewalSeconds: number = 10

/** Changes of a connection's states are sent at most this often. */
export const frameIntervalMs: number = 50

/** Most bytes of entries in one frame, and so in one interval. */
export const maxFrameContent: number = 16 * 1024

/** Most entries in one frame. */
export const maxFrameEntries: number = 256

/** With more than this on its way, a connection gets no presence: cursors of a minute ago are worth nothing. */
export const maxBufferedBytes: number = 64 * 1024

/** Bytes of presence taken from one connection in a second; well above what one interval after the other can send. */
export const maxBytesPerSecond: number = 512 * 1024
