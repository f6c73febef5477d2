import type { DocumentId } from "../document/document-id.ts"
import type { TimePort, TimerPort } from "../ports/ports.ts"
import type { Presence } from "./presence.ts"

/** What one replica shows of itself in one document, as it travels. */
export interface PresenceEntry {
  /** Whose it is: 16 hex digits, drawn each time a replica is opened. */
  readonly peer: string
  readonly document: DocumentId
  /** Grows with everything this peer says. */
  readonly counter: number
  /** For how many more seconds it is good; at most 30. */
  readonly seconds: number
  /** JSON. Absent: nothing any more. */
  readonly state?: string
  /** Not said by the peer itself, but by somebody who lost the way to it. Has no state. */
  readonly withdrawn: boolean
}

/** One connection, as presence sees it. */
export interface PresenceLine {
  /** The store at the other end. */
  readonly epoch: string
  readonly maxFrameBytes: number
  /** Bytes on their way to the other end. */
  readonly bufferedBytes: number
  /** Whether the document is granted on this connection. */
  allows(document: DocumentId): boolean
  /** Sends one frame, outside of credit. */
  send(entries: readonly PresenceEntry[]): void
}

/** What a connection gives to presence while it lasts. */
export interface AttachedLine {
  /** A frame came. `bytes`: its size. */
  receive(entries: readonly PresenceEntry[], bytes: number): void
  /** The connection ended. */
  detach(): void
}

/** Presence, as connections see it. */
export interface PresenceHook {
  /** Both ends know each other now. */
  attach(line: PresenceLine): AttachedLine
}

/** What presence needs of the replica around it. */
export interface PresenceHost {
  readonly timers: TimerPort
  readonly time: TimePort
  readonly randomBytes: (length: number) => Uint8Array
  readonly warn: (message: string, details: Readonly<Record<string, unknown>>) => void
}

/** Presence, under way in one replica. */
export interface RunningPresence {
  readonly presence: Presence
  readonly hook: PresenceHook
  /** Stops all timers. */
  close(): void
}

/** Presence, as `openReplica` takes it; `presence` makes it. A value, so that who does without does not load it. */
export interface PresenceFeature {
  readonly start: (host: PresenceHost) => RunningPresence
}
