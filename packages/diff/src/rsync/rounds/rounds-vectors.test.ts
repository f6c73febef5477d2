import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { beginReceiving, stepReceiving } from "./receiving.ts"
import { messageKind } from "./round-message.ts"
import { beginSending, stepSending } from "./sending.ts"

interface Part {
  readonly seed: number
  readonly length: number
}

interface RoundsVector {
  readonly key: string
  readonly old: readonly Part[]
  readonly next: readonly Part[]
  readonly messages: readonly string[]
}

const vectors = JSON.parse(
  readFileSync(new URL("../../../vectors/rsync-rounds.json", import.meta.url), "utf8")
) as readonly RoundsVector[]

/** Stretches from the generator of [CK2]. */
function contentOf(parts: readonly Part[]): Uint8Array {
  const bytes = parts.flatMap(({ seed, length }) => {
    let state = seed
    return Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    })
  })
  return Uint8Array.from(bytes)
}

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex")
const unhex = (text: string | undefined): Uint8Array => new Uint8Array(Buffer.from(text ?? "", "hex"))

/** Asks for bytes as they are, as vectors do: what compressors make depends on their version. */
function uncompressed(message: Uint8Array): Uint8Array {
  const [kind = 0] = message
  return kind >= messageKind.askLeaves && kind <= messageKind.askWhole ? message.with(1, 0) : message
}

it.each(vectors)("[MR1] both sides say what vector $key says", async ({ key, old, next, messages }) => {
  let sending = await beginSending(contentOf(next), { key: unhex(key) })
  let receiving = beginReceiving(contentOf(old))
  let content: Uint8Array | undefined
  for (let i = 0; i < messages.length; i += 2) {
    expect(hex(sending.message)).toBe(messages[i])
    const step = await stepReceiving(receiving, unhex(messages[i]))
    receiving = step.state
    content = step.content
    const answer = messages[i + 1]
    expect(step.message === undefined ? undefined : hex(uncompressed(step.message))).toBe(answer)
    if (answer !== undefined) sending = await stepSending(sending.state, unhex(answer))
  }
  expect(content).toEqual(contentOf(next))
})
