import type { Replica } from "@syncline/core"
import * as Y from "yjs"
import { seededRandom } from "../harness/seeded-random.ts"
import { papers } from "../traces/replay-trace.ts"

/** A few pages of a text: what somebody has open while typing. */
const typedBefore = "Syncline keeps documents that people edit anywhere. ".repeat(60)

/** Makes a number of one-character commits in one transaction, durable when it is done; gives their update bytes. */
export type TypingTick = () => Promise<readonly Uint8Array[]>

/** Types into a document of a replica. */
export async function typingInto(replica: Replica, perTick: number): Promise<TypingTick> {
  const document = await replica.load(papers, "typed")
  document.text("body").insert(0, typedBefore)
  await replica.flush()
  const next = typedPositions(perTick)
  let made: Uint8Array[] = []
  replica.host.onDurable(({ commits }) => {
    for (const { update } of commits) made.push(update)
  })
  return async () => {
    made = []
    for (const position of next()) document.text("body").insert(position, "x")
    await replica.flush()
    return made
  }
}

/** Types the same in raw Yjs; gives its updates. */
export function typingInYjs(perTick: number): () => readonly Uint8Array[] {
  const doc = new Y.Doc()
  const body = doc.getText("body")
  body.insert(0, typedBefore)
  const next = typedPositions(perTick)
  let made: Uint8Array[] = []
  doc.on("update", update => made.push(update))
  return () => {
    made = []
    for (const position of next()) body.insert(position, "x")
    return made
  }
}

/** Where somebody types who writes a few characters at a place and goes to another. */
function typedPositions(perTick: number): () => readonly number[] {
  const random = seededRandom(perTick)
  let at = 0
  let key = 0
  return () =>
    Array.from({ length: perTick }, () => {
      at = key++ % 8 === 0 ? Math.floor(random() * typedBefore.length) : at + 1
      return at
    })
}
