import type { Violation } from "../simulation/violation.ts"

/** Which promise a history of sinks saw broken. */
export type SinkRule =
  /** Without faults, sinks, repairs or migrations did not come to rest. */
  | "not-at-rest"
  /** At rest a sink did not hold what documents say. */
  | "not-equal"
  /** A verification found something in a sink that nobody changed. */
  | "false-alarm"
  /** A verification did not find, or a repair did not mend, what is wrong. */
  | "not-mended"
  /** A record went back to an older order key, or away, and no fault put it there. */
  | "went-back"
  /** A watermark says that there is what never was applied. */
  | "claimed"
  /** A commit was said to be in a sink, and was not. */
  | "not-projected"
  /** Something was removed that would have had to be approved. */
  | "not-asked"
  /** A repair said that it mended what is not right. */
  | "not-as-said"
  /** What is published of a sink is not what such a sink says of itself. */
  | "not-guaranteed"
  /** A migration did not lead to where it said. */
  | "not-migrated"
  /** A replica that was closed asked something of a sink. */
  | "outlived"
  /** Something was left in the store of what is over. */
  | "left-behind"
  /** The store was given what it cannot take. */
  | "store-refused"
  /** A commit that was durable is not in its document any more. */
  | "lost"
  /** Something threw that should not have. */
  | "threw"

/** What a history of sinks found wrong; ends it. */
export type SinkViolation = Violation<SinkRule>
