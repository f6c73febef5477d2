import type { Connection, TimerPort, Transport } from "@syncline/core"
import { coreError, systemPorts } from "@syncline/core"
import { randomName } from "../posted/posted-message.ts"
import type { PairChannel, PairListener } from "./pair-channel.ts"

/** How one peer is reached. */
export interface PeerLine {
  /** For messages: channel and address. */
  readonly name: string
  readonly timers: TimerPort
  readonly answerTimeoutMs: number
  /** Opens the channel of a pair. */
  open(id: string, listener: PairListener): PairChannel
  /** Asks the peer to come there. */
  call(id: string): void
  /** It does not answer. */
  vanished(): void
}

/** Dials one tab: opens a channel for the pair and calls until it is there. */
export function peerTransport(line: PeerLine): Transport {
  return { name: line.name, transient: true, connect: signal => connect(line, signal) }
}

function connect(line: PeerLine, signal: AbortSignal): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const cancelled = () => coreError("aborted", `connecting to ${line.name} was cancelled`)
    if (signal.aborted) return reject(cancelled())
    const id = randomName(systemPorts().random)
    const done = () => {
      stopCalling()
      signal.removeEventListener("abort", abort)
    }
    const { connection } = line.open(id, {
      opened: () => {
        done()
        resolve(connection)
      },
      ended: ({ reason, message }) => {
        done()
        reject(
          signal.aborted
            ? cancelled()
            : coreError("link-closed", `no connection to ${line.name}: ${message}`, {
                details: { closeReason: reason }
              })
        )
      }
    })
    const abort = () => connection.close({ reason: "closed", message: "connecting was cancelled" })
    signal.addEventListener("abort", abort)
    const stopCalling = callUntilAnswered(line, id, () => {
      connection.close({ reason: "timeout", message: "it does not answer" })
      line.vanished()
    })
  })
}

/** Calls now and, for the other side may not hear its channels yet, some times more. Returns the way to stop. */
function callUntilAnswered(line: PeerLine, id: string, onSilence: () => void): () => void {
  const waitMs = line.answerTimeoutMs / callsPerTimeout
  let calls = 0
  let cancel: (() => void) | undefined
  const next = () => {
    if (calls++ === callsPerTimeout) return onSilence()
    line.call(id)
    cancel = line.timers.schedule(waitMs, next)
  }
  next()
  return () => cancel?.()
}

const callsPerTimeout = 5
