export { type PeerPresence, Presence, type PresenceCounts } from "./presence.ts"
export { presence } from "./presence-feature.ts"
