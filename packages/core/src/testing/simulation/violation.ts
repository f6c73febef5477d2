/** Which promise a history saw broken. */
export type ViolatedRule =
  /** After everything healed, replicas did not come to hold the same. */
  | "not-converged"
  /** A link says that its sides differ for good, and nothing happened that explains it. */
  | "diverged"
  /** A commit that somebody was told is durable is not where it should be. */
  | "lost"
  /** A commit that nobody made. */
  | "invented"
  /** A version that claims a commit without what that builds on. */
  | "incomplete"
  /** Equal versions, other values. */
  | "unequal"
  /** A commit where no way led that was granted. */
  | "leaked"
  /** Two commits under one dot, though no machine was put back or copied whole; or a name kept that another one uses. */
  | "forked"
  /** Commits were put aside as if two had written under one name, and nobody had. */
  | "quarantined"
  /** The store was given what it cannot take. */
  | "store-refused"
  /** Something threw that should not have. */
  | "threw"
  /** What a replica shows is not what it has stored. */
  | "not-as-stored"
  /** A check of the application's own. */
  | "check"

/** What a history found wrong; ends it. */
export class Violation<Rule extends string = ViolatedRule> extends Error {
  override readonly name = "Violation"
  readonly rule: Rule

  constructor(rule: Rule, message: string, options?: ErrorOptions) {
    super(message, options)
    this.rule = rule
  }
}
