export { type DiffJsonOptions, diffJson } from "./diff-json.ts"
export type { ElementKey } from "./diff-context.ts"
export type { TextDiff } from "./text-diff.ts"
