export { automerge, type AutomergeOptions } from "./automerge-engine.ts"
export type { LoadWasm } from "./load-wasm.ts"
export type { AutomergeNative, NativeChangePayload, NativeListener } from "./native-handle.ts"
