/**
 * What an input may be used for: constants of our coders are chosen on `tuned` ones only; figures on `judged` ones, which
 * nobody looked at while choosing, tell what to expect elsewhere.
 */
export type InputRole = "tuned" | "judged"
