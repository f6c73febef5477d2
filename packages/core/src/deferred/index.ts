export { DeferredPart, preload } from "./deferred-part.ts"
