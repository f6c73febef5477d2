import { diffError } from "../error/diff-error.ts"

/** All pieces as one. Throws `rsync-limit` before more than `maxBytes` are held. */
export async function joinBytes(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number
): Promise<Uint8Array<ArrayBuffer>> {
  const held: Uint8Array[] = []
  let total = 0
  for await (const piece of pieces) {
    total += piece.length
    if (total > maxBytes)
      throw diffError(
        "rsync-limit",
        `more than ${maxBytes} bytes came: raise maxBytes, or use the streaming form`
      )
    held.push(piece)
  }
  const joined = new Uint8Array(total)
  let at = 0
  for (const piece of held) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}
