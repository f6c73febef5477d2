import type { Closed } from "../link/transport.ts"
import type { HelloFrame } from "./frame.ts"
import type { IntakeLimit } from "./intake-limit.ts"
import type { ResumeMemory } from "./resume-memory.ts"
import type { Admission } from "./session-grant.ts"
import type { SyncReport } from "./sync-effect.ts"
import type { SyncLimits } from "./sync-limits.ts"
import type { SyncScope } from "./sync-scope.ts"
import type { Phase, SyncRole } from "./sync-state.ts"

/** One connection's settings and who hears of it. */
export interface SessionOptions {
  readonly role: SyncRole
  readonly limits: SyncLimits
  /** The link's token: what it brings in is not sent back over it. */
  readonly origin: object
  readonly memory: ResumeMemory
  /** What the link may bring, unless it is let in under an account. */
  readonly intake: IntakeLimit
  /** Dialer: what to ask for. */
  readonly scope: SyncScope
  /** Dialer: what to show. At hand when a connection is made, or fetched when newer ones are wanted. */
  readonly credentials: () => Promise<Uint8Array | undefined>
  /** Acceptor: whom to let in, and to what. */
  readonly admit: (hello: HelloFrame) => Promise<Admission>
  readonly onPhase: (phase: Phase) => void
  readonly onReport: (report: SyncReport) => void
  readonly onDocuments: (count: number) => void
  /** What came in has to wait for so long, because of the limit; 0: no more. */
  readonly onLimited: (waitMs: number) => void
  /** The peer has our log up to this position. May be called again with the same one. */
  readonly onAcknowledged: (position: number) => void
  readonly onClosed: (closed: Closed) => void
}
