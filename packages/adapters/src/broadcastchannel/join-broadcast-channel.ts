import type { Connection, TimerPort, Transport } from "@syncline/core"
import { systemPorts } from "@syncline/core"
import { randomName } from "../posted/posted-message.ts"
import type { BroadcastChannelConstructor } from "./broadcast-channel-like.ts"
import { platformBroadcastChannel } from "./broadcast-channel-like.ts"
import { Meeting } from "./meeting.ts"

/** How tabs find and link each other. Of each two, one dials and the other accepts; the addresses decide which. */
export interface BroadcastChannelOptions {
  /**
   * Called for each tab that this one is to dial: `transport => replica.connect(transport)`. What it gives back is closed
   * when the other tab is gone.
   */
  readonly connect: (transport: Transport) => { close(): void }
  /** Called for each connection that another tab makes: `connection => replica.accept(connection)`. */
  readonly accept: (connection: Connection, address: string) => void
  /** Hears what `connect`, `accept` and listeners throw. Default: nobody. */
  readonly onError?: (error: unknown) => void
  /** Tabs known at a time; further ones are not linked from here before one of these is gone. Default 32. */
  readonly maxPeers?: number
  /** A tab that does not answer a call, or a question whether it is there, for this long is gone. Default 5 s. */
  readonly answerTimeoutMs?: number
  /** Who this tab is, up to 64 characters, unlike any other. Default: a random name. */
  readonly address?: string
  /** The class to use. Default: the platform's. */
  readonly broadcastChannel?: BroadcastChannelConstructor
  /** Default: the platform's. */
  readonly timers?: TimerPort
}

/** The tabs on one channel name, as one of them sees them. */
export interface BroadcastChannelPeers {
  /** Who this tab is. */
  readonly address: string
  /** Addresses of the others. */
  readonly peers: readonly string[]
  /** Calls back after each change of `peers`. Returns the unsubscribe. */
  onPeers(listener: (peers: readonly string[]) => void): () => void
  /** Says goodbye, ends every connection, lets go of the channels. */
  close(): void
}

/**
 * Links the replicas of all tabs, workers or Node threads that join a channel of this name. Each finds every other, and
 * each two have one link. A tab that closes says goodbye; one that is killed is noticed when its link falls silent and a
 * call is not answered, or where it has no link yet when it is asked whether it is there.
 *
 * Everybody of one origin can join: the channel proves nothing about who is there.
 *
 * @throws SynclineError `link-closed` where the platform has no `BroadcastChannel`.
 */
export function joinBroadcastChannel(name: string, options: BroadcastChannelOptions): BroadcastChannelPeers {
  const { random, timers } = systemPorts()
  const meeting = new Meeting(`syncline/${name}`, {
    ...options,
    address: options.address ?? randomName(random),
    timers: options.timers ?? timers,
    maxPeers: options.maxPeers ?? 32,
    answerTimeoutMs: options.answerTimeoutMs ?? 5_000,
    onError: options.onError ?? (() => {}),
    channelClass: options.broadcastChannel ?? platformBroadcastChannel()
  })
  meeting.start()
  return meeting
}
