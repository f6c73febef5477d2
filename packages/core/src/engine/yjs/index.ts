export { nativeRoot, type YjsNative } from "./native-root.ts"
export { yjs } from "./yjs-engine.ts"
