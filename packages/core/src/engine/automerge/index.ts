export { automerge } from "./automerge-engine.ts"
export type { AutomergeNative } from "./native-handle.ts"
