import { isAtMost, type SyncLevel } from "./level.ts"
import type { LevelSession } from "./level-session.ts"

/** Where the reconciliation of one unit stands on one side. */
export interface Dialogue {
  level: SyncLevel
  session: LevelSession | undefined
  /** Whose word is awaited: `ours` while this side works or tells. `told`: all that differs was told by one side. */
  turn: "ours" | "theirs" | "told"
  /** How often this level was begun. */
  begun: number
}

/** A dialogue in which the peer speaks first. */
export function newDialogue(level: SyncLevel): Dialogue {
  return { level, session: undefined, turn: "theirs", begun: 0 }
}

/** Whether the dialing side may begin a level now: it waits for answers, levels only ascend, and none is begun often. */
export function mayBegin({ level, turn, begun }: Dialogue, next: SyncLevel, maxBegins: number): boolean {
  return turn === "theirs" && isAtMost(level, next) && (level !== next || begun < maxBegins)
}

/** Whether the peer may tell what it found at a level: `rateless` is the accepting side's to tell, `ranges` and `merkle` the dialing one's. */
export function mayHear(
  { level, turn, begun }: Dialogue,
  role: "dialer" | "acceptor",
  told: SyncLevel
): boolean {
  if (level !== told || turn !== "theirs") return false
  if (level === "list") return role === "acceptor" || begun > 0
  return begun > 0 && (level === "rateless") === (role === "dialer")
}
