import type { MigrationPhase, MigrationState } from "./migration-state.ts"

/** What decides, beside its state, how a migration goes on. */
export interface MigrationPlan {
  /** There is a former sink. Without one, nothing is left to go back to once the new one serves. */
  readonly replaces: boolean
  /** The new sink serves as soon as it was found right. */
  readonly automatic: boolean
}

/** What happens to a migration. */
export type MigrationEvent =
  /** Its replica was opened. */
  | { readonly type: "opened" }
  | { readonly type: "counted"; readonly target: number; readonly documents: number }
  /** The new sink has everything up to the target. */
  | { readonly type: "filled" }
  /** It has everything that is durable. */
  | { readonly type: "followed" }
  /** It was found right, as `MigrationState.verified` says. */
  | { readonly type: "verified"; readonly as: string; readonly at: number }
  /** It could not be read, or is not what was verified. */
  | { readonly type: "unverified" }
  /** It was opened anew in that phase, and is so far in the log. */
  | { readonly type: "reopened"; readonly phase: MigrationPhase; readonly at: number }
  /** Readers are pointed at it. */
  | { readonly type: "switched" }
  /** What follows from the end is done. */
  | { readonly type: "settled" }
  | { readonly type: "failed"; readonly reason: string }
  /** Asked for by the application. */
  | { readonly type: "cutover" | "finish" | "rollback" | "retry" }

/** What the runner is to do, one after the other. What was under way is given up first. */
export type MigrationEffect =
  /** Count what is there. */
  | "count"
  /** Wait until the new sink has what there was when it began. */
  | "fill"
  /** Wait until it has everything. */
  | "follow"
  | "verify"
  /** Point readers at the new sink. */
  | "switch"
  /** Point readers at the sink that stays, and let go of the other where it is over. */
  | "settle"
  /** Feed the new sink again. */
  | "feed"

/** State and effects after an event; the same state object: nothing changed. */
export type MigrationTransition = readonly [MigrationState, readonly MigrationEffect[]]

/** The pure heart of a migration: what follows from an event. */
export function nextMigrationState(
  state: MigrationState,
  event: MigrationEvent,
  plan: MigrationPlan
): MigrationTransition {
  const handle = transitions[state.phase][event.type] as (
    state: MigrationState,
    event: MigrationEvent,
    plan: MigrationPlan
  ) => MigrationTransition
  return handle(state, event, plan)
}

type Handlers = {
  readonly [Type in MigrationEvent["type"]]: (
    state: MigrationState,
    event: Extract<MigrationEvent, { type: Type }>,
    plan: MigrationPlan
  ) => MigrationTransition
}

const stay = (state: MigrationState): MigrationTransition => [state, []]

/** Nothing but where it is, whom it concerns and what was counted goes from one phase to the next. */
function enter(
  { from, to, target, documents, verified, verifiedAt, asked }: MigrationState,
  phase: MigrationPhase,
  more: Pick<MigrationState, "unsettled" | "failure"> = {}
): MigrationState {
  const kept = phase === "cutover" || phase === "soak" || phase === "done"
  const isBefore = phase === "catch-up" || phase === "verify" || phase === "cutover"
  return {
    phase,
    ...(from === undefined ? {} : { from }),
    to,
    target,
    documents,
    ...(isBefore && asked === true ? { asked } : {}),
    ...(kept && verified !== undefined ? { verified } : {}),
    ...(kept && verifiedAt !== undefined ? { verifiedAt } : {}),
    ...more
  }
}

const goTo =
  (phase: MigrationPhase, ...effects: readonly MigrationEffect[]) =>
  (state: MigrationState): MigrationTransition => [enter(state, phase), effects]
const redo =
  (...effects: readonly MigrationEffect[]) =>
  (state: MigrationState): MigrationTransition => [state, effects]
const redoIfUnsettled =
  (effect: MigrationEffect) =>
  (state: MigrationState): MigrationTransition => [state, state.unsettled === true ? [effect] : []]
const settled = (state: MigrationState): MigrationTransition => {
  const { phase, failure, unsettled } = state
  return unsettled === true
    ? [enter(state, phase, failure === undefined ? {} : { failure }), []]
    : [state, []]
}
const beginAgain = (state: MigrationState): MigrationTransition =>
  state.unsettled === true ? stay(state) : goTo("planned", "feed", "count")(state)
const end =
  (phase: "done" | "rolled-back") =>
  (state: MigrationState): MigrationTransition => [enter(state, phase, { unsettled: true }), ["settle"]]

/** What holds wherever the new sink is still being made ready. */
const underWay = {
  counted: stay,
  filled: stay,
  followed: stay,
  verified: stay,
  unverified: stay,
  reopened: stay,
  switched: stay,
  settled: stay,
  cutover: stay,
  finish: stay,
  retry: stay,
  failed: (state: MigrationState, { reason }: { readonly reason: string }): MigrationTransition => [
    enter(state, "failed", { failure: reason }),
    []
  ],
  rollback: end("rolled-back")
} as const

/** Readers may have been pointed at the new sink, though no answer said so: they are pointed back. */
const failedAndBack: Handlers["failed"] = (state, event) => {
  const [next] = underWay.failed(state, event)
  return state.unsettled === true ? [{ ...next, unsettled: true }, ["settle"]] : [next, []]
}

const over = {
  ...underWay,
  failed: stay,
  rollback: stay,
  opened: redoIfUnsettled("settle"),
  settled
} as const

const transitions: Readonly<Record<MigrationPhase, Handlers>> = {
  planned: {
    ...underWay,
    opened: redo("count"),
    counted: (state, { target, documents }) => [{ ...enter(state, "backfill"), target, documents }, ["fill"]]
  },
  backfill: { ...underWay, opened: redo("fill"), filled: goTo("catch-up", "follow") },
  // Readers who may have been pointed at the new sink are pointed back before it is filled on.
  "catch-up": {
    ...underWay,
    opened: state => (state.unsettled === true ? redo("settle")(state) : redo("follow")(state)),
    settled: state => (state.unsettled === true ? goTo("catch-up", "follow")(state) : stay(state)),
    failed: failedAndBack,
    followed: goTo("verify", "verify")
  },
  // What was verified before it was interrupted is not known: it is followed once more, and verified from the start.
  verify: {
    ...underWay,
    opened: goTo("catch-up", "follow"),
    unverified: goTo("catch-up", "follow"),
    verified: (state, { as, at }, { automatic }) => {
      const found = { ...enter(state, "cutover"), verified: as, verifiedAt: at }
      return automatic || state.asked === true ? [{ ...found, unsettled: true }, ["switch"]] : [found, []]
    }
  },
  cutover: {
    ...underWay,
    opened: redoIfUnsettled("switch"),
    failed: failedAndBack,
    unverified: state =>
      state.unsettled === true
        ? [{ ...enter(state, "catch-up"), unsettled: true }, ["settle"]]
        : goTo("catch-up", "follow")(state),
    // It may be another one, or one from before, but where it has more than what was verified. If so, it is verified again once it is to serve.
    reopened: (state, { phase, at }) => {
      const { verified, verifiedAt = 0, ...left } = state
      if (verified === undefined || (phase === "cutover" && at > verifiedAt)) return stay(state)
      return [left, state.unsettled === true ? ["switch"] : []]
    },
    cutover: state =>
      state.unsettled === true ? stay(state) : [{ ...state, asked: true, unsettled: true }, ["switch"]],
    switched: (state, _, { replaces }) => {
      if (state.unsettled !== true || state.verified === undefined) return stay(state)
      return replaces ? [enter(state, "soak"), []] : [enter(state, "done"), []]
    }
  },
  soak: { ...underWay, opened: stay, failed: stay, finish: end("done") },
  done: over,
  "rolled-back": {
    ...over,
    retry: beginAgain
  },
  failed: {
    ...underWay,
    opened: redoIfUnsettled("settle"),
    failed: stay,
    settled,
    retry: beginAgain
  }
}
