import type { AttachedLine, PresenceHook } from "../presence/presence-hook.ts"
import type { FrameChannel } from "./frame-channel.ts"
import type { HelloFrame } from "./frame.ts"
import type { Gate } from "./link-grant.ts"

/** Lets presence pass over a connection whose sides know each other. */
export function attachPresence(
  presence: PresenceHook,
  { epoch, maxFrameBytes }: HelloFrame,
  channel: FrameChannel,
  gate: Gate
): AttachedLine {
  return presence.attach({
    epoch,
    maxFrameBytes,
    get bufferedBytes() {
      return channel.bufferedBytes
    },
    allows: document => gate.reads(document),
    send: entries => channel.send({ kind: "presence", entries })
  })
}
