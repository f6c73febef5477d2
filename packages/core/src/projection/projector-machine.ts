/** What a projector is doing. */
export type ProjectorPhase =
  /** The sink is being opened. */
  | "opening"
  /** Everything durable is in the sink. */
  | "idle"
  /** Something was appended; more may follow at once and go in one batch. */
  | "lingering"
  /** A batch is on its way. */
  | "working"
  /** The sink or the source failed; a timer runs until the next attempt. */
  | "backoff"
  /** Stopped by `pause`. */
  | "paused"
  /** Stopped by an error that trying again does not mend; `resume` tries again. */
  | "failed"
  /** Over. */
  | "closed"

/** What happens to a projector. */
export type ProjectorEvent =
  | { readonly type: "opened" }
  /** The log grew. */
  | { readonly type: "appended" }
  /** Somebody waits. */
  | { readonly type: "hurry" }
  /** A batch is in; `more` is left. */
  | { readonly type: "stepped"; readonly more: boolean }
  /** Opening or a batch failed: to be tried again, on a sink opened anew, or not at all. */
  | { readonly type: "failed"; readonly reaction: "retry" | "reopen" | "stop" }
  | { readonly type: "timer" }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "close" }

/** What the runner is to do. Timers are one: a new one replaces the old. */
export type ProjectorEffect = "open" | "step" | "start-linger" | "start-backoff" | "cancel-timer" | "release"

/** All a projector must remember between events. */
export interface ProjectorState {
  readonly phase: ProjectorPhase
  /** Whether the sink is open. */
  readonly open: boolean
  /** Asked for while busy; takes effect when the work under way ends. */
  readonly wanted: "run" | "pause" | "close"
  /** The log grew while busy. */
  readonly dirty: boolean
  /** Failures in a row. */
  readonly attempts: number
}

/** State and effects after an event. */
export type ProjectorTransition = readonly [ProjectorState, readonly ProjectorEffect[]]

/** The state a projector starts in; `open` is under way. */
export const initialProjectorState: ProjectorState = {
  phase: "opening",
  open: false,
  wanted: "run",
  dirty: true,
  attempts: 0
}

/** The pure heart of a projector: what follows from an event. */
export function nextProjectorState(state: ProjectorState, event: ProjectorEvent): ProjectorTransition {
  const handle = transitions[state.phase][event.type] as (
    state: ProjectorState,
    event: ProjectorEvent
  ) => ProjectorTransition
  return handle(state, event)
}

type Handlers = {
  readonly [Type in ProjectorEvent["type"]]: (
    state: ProjectorState,
    event: Extract<ProjectorEvent, { type: Type }>
  ) => ProjectorTransition
}

const stay = (state: ProjectorState): ProjectorTransition => [state, []]
const want =
  (wanted: ProjectorState["wanted"]) =>
  (
    state: ProjectorState
  ): ProjectorTransition => // Closing is for good: a late resume or pause does not take it back.
  [state.wanted === "close" ? state : { ...state, wanted }, []]
const remember = (state: ProjectorState): ProjectorTransition => [{ ...state, dirty: true }, []]
const pauseWith =
  (...effects: readonly ProjectorEffect[]) =>
  (state: ProjectorState): ProjectorTransition => [{ ...state, phase: "paused", wanted: "pause" }, effects]
const closeWith =
  (...effects: readonly ProjectorEffect[]) =>
  (state: ProjectorState): ProjectorTransition => [
    { ...state, phase: "closed", wanted: "close", open: false },
    state.open ? [...effects, "release"] : effects
  ]

/** Starts the next batch, on a sink opened first if need be. */
function work(state: ProjectorState, ...before: readonly ProjectorEffect[]): ProjectorTransition {
  const next = { ...state, wanted: "run" as const, dirty: false }
  return state.open
    ? [{ ...next, phase: "working" }, [...before, "step"]]
    : [{ ...next, phase: "opening" }, [...before, "open"]]
}

/** Where to go when the work under way has ended well. */
function settle(state: ProjectorState): ProjectorTransition {
  if (state.wanted === "close") return closeWith()(state)
  if (state.wanted === "pause") return pauseWith()(state)
  return state.dirty ? work(state) : [{ ...state, phase: "idle" }, []]
}

function fail(
  state: ProjectorState,
  { reaction }: { readonly reaction: "retry" | "reopen" | "stop" }
): ProjectorTransition {
  const lost = reaction === "reopen" && state.open
  const release: readonly ProjectorEffect[] = lost ? ["release"] : []
  const failed = { ...state, open: state.open && !lost, dirty: true, attempts: state.attempts + 1 }
  if (state.wanted !== "run") {
    const [next, effects] = settle(failed)
    return [next, [...release, ...effects]]
  }
  if (reaction === "stop") return [{ ...failed, phase: "failed" }, release]
  return [{ ...failed, phase: "backoff" }, [...release, "start-backoff"]]
}

const busy = {
  appended: remember,
  hurry: stay,
  timer: stay,
  pause: want("pause"),
  resume: want("run"),
  close: want("close"),
  failed: fail
} as const

const transitions: Readonly<Record<ProjectorPhase, Handlers>> = {
  opening: {
    ...busy,
    opened: state => settle({ ...state, open: true, dirty: true }),
    stepped: stay
  },
  working: {
    ...busy,
    opened: stay,
    stepped: (state, { more }) => settle({ ...state, attempts: 0, dirty: state.dirty || more })
  },
  idle: {
    opened: stay,
    stepped: stay,
    // A search found out.
    failed: fail,
    timer: stay,
    hurry: stay,
    resume: stay,
    appended: state => [{ ...state, phase: "lingering" }, ["start-linger"]],
    pause: pauseWith(),
    close: closeWith()
  },
  lingering: {
    opened: stay,
    stepped: stay,
    failed: stay,
    appended: stay,
    resume: stay,
    timer: state => work(state),
    hurry: state => work(state, "cancel-timer"),
    pause: pauseWith("cancel-timer"),
    close: closeWith("cancel-timer")
  },
  backoff: {
    opened: stay,
    stepped: stay,
    failed: stay,
    appended: stay,
    // Waiting callers do not shorten the pause a failing sink gets.
    hurry: stay,
    resume: state => work(state, "cancel-timer"),
    timer: state => work(state),
    pause: pauseWith("cancel-timer"),
    close: closeWith("cancel-timer")
  },
  paused: {
    opened: stay,
    stepped: stay,
    failed: stay,
    appended: stay,
    hurry: stay,
    timer: stay,
    pause: stay,
    resume: state => work(state),
    close: closeWith()
  },
  failed: {
    opened: stay,
    stepped: stay,
    failed: stay,
    appended: stay,
    hurry: stay,
    timer: stay,
    pause: pauseWith(),
    resume: state => work(state),
    close: closeWith()
  },
  closed: {
    opened: stay,
    stepped: stay,
    failed: stay,
    appended: stay,
    hurry: stay,
    timer: stay,
    pause: stay,
    resume: stay,
    close: stay
  }
}
