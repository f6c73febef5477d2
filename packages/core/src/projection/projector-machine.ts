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
  /** The sink or the source failed, or another writer holds the sink; a timer runs until the next attempt. See `BreakerState` for how long. */
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
  /** Opening ended with another writer holding the sink: no failure of anybody's. */
  | { readonly type: "failed"; readonly reaction: "standby" }
  | { readonly type: "timer" }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "close" }

/** What the runner is to do. Timers are one: a new one replaces the old. */
export type ProjectorEffect =
  | "open"
  | "step"
  /** A batch of one document, to see whether the sink is back. */
  | "probe"
  | "start-linger"
  | "start-backoff"
  /** The long pause that an open breaker gives a sink. */
  | "start-rest"
  /** Until another writer may have let go of the sink. */
  | "start-standby"
  | "cancel-timer"
  | "release"

/**
 * Whether a sink is given batches. It is part of this machine rather than a library's, for what it decides (which pause, how large a batch) is decided
 * here, and every history of it can be run without a clock.
 */
export type BreakerState =
  /** Batches go out. */
  | "closed"
  /** It failed too often in a row: it is left alone for a while. */
  | "open"
  /** One document goes out; what becomes of it decides. */
  | "half-open"

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
  readonly breaker: BreakerState
  /** So many failures in a row open the breaker. Never changes. */
  readonly tolerated: number
}

/** State and effects after an event. */
export type ProjectorTransition = readonly [ProjectorState, readonly ProjectorEffect[]]

/** The state a projector starts in; `open` is under way. */
export function initialProjectorState(tolerated: number): ProjectorState {
  return {
    phase: "opening",
    open: false,
    wanted: "run",
    dirty: true,
    attempts: 0,
    breaker: "closed",
    tolerated
  }
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
  const breaker = state.breaker === "closed" ? "closed" : "half-open"
  const next = { ...state, wanted: "run" as const, dirty: false, breaker } as const
  return state.open
    ? [{ ...next, phase: "working" }, [...before, breaker === "closed" ? "step" : "probe"]]
    : [{ ...next, phase: "opening" }, [...before, "open"]]
}

/** Where to go when the work under way has ended well. */
function settle(state: ProjectorState): ProjectorTransition {
  if (state.wanted === "close") return closeWith()(state)
  if (state.wanted === "pause") return pauseWith()(state)
  return state.dirty ? work(state) : [{ ...state, phase: "idle" }, []]
}

/**
 * What was appended during a batch lingers as anything else does: while commits keep coming, going on at once would make a batch of each few of them, and
 * write documents many times over.
 */
function afterStep(state: ProjectorState, more: boolean): ProjectorTransition {
  const lingers = state.wanted === "run" && state.dirty && !more
  return lingers
    ? [{ ...state, phase: "lingering" }, ["start-linger"]]
    : settle({ ...state, dirty: state.dirty || more })
}

function fail(
  state: ProjectorState,
  { reaction }: Extract<ProjectorEvent, { readonly type: "failed" }>
): ProjectorTransition {
  if (reaction === "standby")
    return state.wanted === "run"
      ? [{ ...state, phase: "backoff", dirty: true }, ["start-standby"]]
      : settle({ ...state, dirty: true })
  const lost = reaction === "reopen" && state.open
  const release: readonly ProjectorEffect[] = lost ? ["release"] : []
  const attempts = state.attempts + 1
  const breaker =
    state.breaker === "closed" && attempts < state.tolerated ? ("closed" as const) : ("open" as const)
  const failed = { ...state, open: state.open && !lost, dirty: true, attempts, breaker }
  if (state.wanted !== "run") {
    const [next, effects] = settle(failed)
    return [next, [...release, ...effects]]
  }
  if (reaction === "stop") return [{ ...failed, phase: "failed" }, release]
  return [{ ...failed, phase: "backoff" }, [...release, breaker === "open" ? "start-rest" : "start-backoff"]]
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
    stepped: (state, { more }) => afterStep({ ...state, attempts: 0, breaker: "closed" }, more)
  },
  idle: {
    opened: stay,
    stepped: stay,
    // A search found out.
    failed: fail,
    timer: stay,
    // Somebody waits for what was in: the sink was emptied, put back, or is to be written anew.
    hurry: state => work(state),
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
