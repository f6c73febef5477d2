import type { Closed } from "@syncline/core"
import { PostedConnection } from "../posted/posted-connection.ts"
import { readPosted } from "../posted/posted-message.ts"
import type { BroadcastChannelConstructor } from "./broadcast-channel-like.ts"

/** Who hears of a pair's channel. */
export interface PairListener {
  /** The other side takes part. */
  opened(): void
  /** Called once. */
  ended(closed: Closed): void
}

/** One connection over a channel of its own: what two tabs say to each other is not copied to all the others. */
export interface PairChannel {
  readonly connection: PostedConnection
  /** Tells the other side that this one takes part. */
  open(): void
}

/** Opens the channel on which two tabs, who know its id, have a connection. It is closed when that ends. */
export function pairChannel(
  channelClass: BroadcastChannelConstructor,
  name: string,
  id: string,
  listener: PairListener
): PairChannel {
  const channel = new channelClass(`${name}/${id}`)
  const connection = new PostedConnection(id, {
    // A broadcast has no single receiver, so nothing can be moved to one.
    post: message => channel.postMessage(message),
    ended: closed => {
      channel.close()
      listener.ended(closed)
    }
  })
  channel.addEventListener("message", ({ data }) => {
    const message = readPosted(data)
    if (message?.syncline === "opened") listener.opened()
    else if (message?.syncline === "data") connection.receive(message.bytes)
    else if (message?.syncline === "taken") connection.taken(message.bytes)
    else if (message?.syncline === "close")
      connection.end({ reason: message.reason, message: message.message })
  })
  return { connection, open: () => channel.postMessage({ syncline: "opened", id }) }
}
