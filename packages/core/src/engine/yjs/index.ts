export { rootName } from "./genesis.ts"
export { yjs } from "./yjs-engine.ts"
