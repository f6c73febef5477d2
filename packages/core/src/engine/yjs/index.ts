export { yjs } from "./yjs-engine.ts"
