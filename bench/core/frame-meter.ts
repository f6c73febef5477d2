import type { Connection, Transport } from "@syncline/core"

/** A transport that notes how large each message was. */
export interface FrameMeter {
  readonly transport: Transport
  /** Bytes of each message the dialing side got, in order. */
  readonly received: number[]
  /** Bytes of each message the dialing side sent. */
  readonly sent: number[]
}

/** Notes the sizes of the messages that pass through a transport. */
export function frameMeter(inner: Transport): FrameMeter {
  const received: number[] = []
  const sent: number[] = []
  const transport: Transport = {
    name: inner.name,
    connect: async signal => metered(await inner.connect(signal), received, sent)
  }
  return { transport, received, sent }
}

function metered(inner: Connection, received: number[], sent: number[]): Connection {
  return {
    get bufferedBytes() {
      return inner.bufferedBytes
    },
    send: message => {
      sent.push(message.length)
      inner.send(message)
    },
    onMessage: listener =>
      inner.onMessage(message => {
        received.push(message.length)
        listener(message)
      }),
    onClose: listener => inner.onClose(listener),
    close: closed => inner.close(closed)
  }
}
