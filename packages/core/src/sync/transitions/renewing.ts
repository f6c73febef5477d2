import type { EventOf } from "../sync-event.ts"
import type { SyncState } from "../sync-state.ts"
import type { Step } from "./step.ts"
import { end, stay, step, violation } from "./step.ts"

/** Where credentials cannot be had, they are asked for again after about so long: what gives them out may be down for a moment. */
const askAgainMs = 5_000

/**
 * The grant ends soon: the dialing side is asked for credentials that hold longer. What it was asked and has not answered yet, because
 * it has none so far, it is not asked again: its answer will serve this end as well.
 */
export function askToRenew(state: SyncState, { inMs }: EventOf<"expires-soon">): Step {
  if (state.renewal === "asked") return stay(state)
  return step({ ...state, renewal: "asked" }, { kind: "send", frame: { kind: "expiring", inMs } })
}

/** What we showed holds no longer than that. One answer will do, however often it is asked for meanwhile. */
export function expiringReceived(state: SyncState): Step {
  if (state.role === "acceptor") return violation(state, "credentials were asked for by the dialing side")
  if (state.renewal === "asked") return stay(state)
  return step({ ...state, renewal: "asked" }, { kind: "get-credentials" })
}

/** These may hold longer. */
export function showCredentials(state: SyncState, { credentials }: EventOf<"credentials">): Step {
  if (state.renewal !== "asked") return stay(state)
  const frame = { kind: "renew", ...(credentials === undefined ? {} : { credentials }) } as const
  return step({ ...state, renewal: "none" }, { kind: "send", frame })
}

/** There are none to be had now. */
export function missCredentials(state: SyncState): Step {
  return step(state, { kind: "timer", name: "ask-again", delayMs: askAgainMs, jitter: true })
}

/** There may be some by now. */
export function askAgain(state: SyncState): Step {
  return state.renewal === "asked" ? step(state, { kind: "get-credentials" }) : stay(state)
}

/** One answer for each question: a peer must not make this side check credentials as often as it likes. */
export function renewReceived(state: SyncState, { frame: { credentials } }: EventOf<"renew">): Step {
  if (state.role === "dialer" || state.renewal !== "asked")
    return violation(state, "credentials were shown that were not asked for")
  return step({ ...state, renewal: "none" }, { kind: "readmit", credentials })
}

/** It was decided anew about the peer. What a connection may do never changes: another grant takes another one. */
export function readmitted(state: SyncState, { closed }: EventOf<"readmitted">): Step {
  return closed === undefined ? stay(state) : end(state, closed.reason, closed.message)
}
