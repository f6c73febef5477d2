import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { BitReader, BitWriter, bitBytes } from "./bit-stream.ts"
import { invalidMessage } from "./round-message.ts"

/** Which of the nodes last sent are wanted. */
export interface Ask {
  /** Bits that a digest of a child needs, or the methods of compression accepted for leaves. */
  readonly parameter: number
  /** One for each node last sent, in order. */
  readonly wanted: readonly boolean[]
}

/** Writes a request for children or for leaves. */
export function encodeAsk(kind: number, { parameter, wanted }: Ask): Uint8Array<ArrayBuffer> {
  const bits = new BitWriter()
  for (const one of wanted) bits.write(one ? 1 : 0, 1)
  const writer = new ByteWriter()
  writer.u8(kind)
  writer.u8(parameter)
  writer.bytes(bits.finish())
  return writer.finish()
}

/** Reads what follows the kind, about `sent` nodes. Throws errors of readers, and `rounds-message-invalid`. */
export function decodeAsk(reader: ByteReader, sent: number, mostParameter: number): Ask {
  const parameter = reader.u8()
  if (parameter > mostParameter)
    throw invalidMessage(`${parameter} was asked for, more than ${mostParameter}`)
  const bits = new BitReader(reader.bytes(bitBytes(sent)))
  return { parameter, wanted: Array.from({ length: sent }, () => bits.read(1) === 1) }
}
