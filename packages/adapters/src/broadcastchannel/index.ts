export type { BroadcastChannelConstructor, BroadcastChannelLike } from "./broadcast-channel-like.ts"
export {
  type BroadcastChannelOptions,
  type BroadcastChannelPeers,
  joinBroadcastChannel
} from "./join-broadcast-channel.ts"
