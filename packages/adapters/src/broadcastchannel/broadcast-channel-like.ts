import { coreError } from "@syncline/core"

/** What is used of a broadcast channel: that of browsers and that of Node both have it. */
export interface BroadcastChannelLike {
  postMessage(message: unknown): void
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void
  close(): void
}

/** How a channel is opened. What is posted reaches all others of that name, not oneself. */
export type BroadcastChannelConstructor = new (name: string) => BroadcastChannelLike

/**
 * The platform's class.
 *
 * @throws SynclineError `link-closed` where there is none.
 */
export function platformBroadcastChannel(): BroadcastChannelConstructor {
  const { BroadcastChannel } = globalThis as unknown as {
    readonly BroadcastChannel?: BroadcastChannelConstructor
  }
  if (BroadcastChannel !== undefined) return BroadcastChannel
  throw coreError("link-closed", "this platform has no BroadcastChannel; give one as `broadcastChannel`")
}
