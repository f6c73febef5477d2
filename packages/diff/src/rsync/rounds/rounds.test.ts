import { describe, expect, it } from "vitest"
import { ContentHasher } from "./content-hasher.ts"
import { contentTree } from "./content-tree.ts"
import { encodeDelta } from "../../binary/encode-delta.ts"
import { encodeChildren } from "./children-message.ts"
import { encodeHello } from "./hello-message.ts"
import { beginReceiving, stepReceiving } from "./receiving.ts"
import { digestWidth, firstWidth, messageKind, shortDigest } from "./round-message.ts"
import { beginSending, stepSending } from "./sending.ts"
import { carry, seededBytes } from "./transfer-fixture.ts"

const kindsOf = (messages: readonly Uint8Array[]): (number | undefined)[] => messages.map(([kind]) => kind)
const bytesOf = (messages: readonly Uint8Array[]): number =>
  messages.reduce((sum, { length }) => sum + length, 0)

function edited(content: Uint8Array, at: number): Uint8Array {
  return new Uint8Array(
    Buffer.concat([content.subarray(0, at), Uint8Array.of(1, 2, 3), content.subarray(at)])
  )
}

/** An old content, and first messages that name its first node above the leaves, or none of its, for 300 bytes. */
async function oldNodes(): Promise<{
  old: Uint8Array
  hello: (nodes: readonly ("known" | "unknown")[]) => Uint8Array
}> {
  const key = new Uint8Array(16)
  const old = seededBytes(1, 30_000)
  const [digest = 0] = contentTree(old, await ContentHasher.create(key))[1]?.digests ?? []
  const hello = (nodes: readonly ("known" | "unknown")[]): Uint8Array => {
    const known = shortDigest(digest, firstWidth(nodes.length))
    const digests = nodes.map(node => (node === "known" ? known : known ^ 1))
    return encodeHello({ key, length: 300, hash: new Uint8Array(16), level: 1, digests })
  }
  return { old, hello }
}

describe("transfers", () => {
  it("[MR3] of equal contents take one message in each direction", async () => {
    const content = seededBytes(1, 50_000)
    const { messages } = await carry(content, content.slice())
    expect(kindsOf(messages)).toEqual([messageKind.hello, messageKind.done])
  })

  it("[MR1] of equal contents give bytes of their own, also for a Buffer, whose slice is none", async () => {
    const old = Buffer.from("the same on both sides")
    const { content } = await carry(old, Uint8Array.from(old))
    expect(content.buffer).not.toBe(old.buffer)
    expect(Object.getPrototypeOf(content)).toBe(Uint8Array.prototype)
  })

  it("[MR3] of an edit take a message a level and direction, and bytes by the edit, not the content", async () => {
    const old = seededBytes(1, 200_000)
    const { messages, content } = await carry(old, edited(old, 100_000))
    expect(content).toEqual(edited(old, 100_000))
    expect(messages.length).toBeLessThanOrEqual(8)
    expect(bytesOf(messages)).toBeLessThan(1500)
  })

  it("[MR3] from nothing take the whole content, compressed", async () => {
    const { messages, content } = await carry(new Uint8Array(0), new Uint8Array(100_000))
    expect(content).toEqual(new Uint8Array(100_000))
    expect(kindsOf(messages)).toEqual([messageKind.hello, messageKind.askWhole, messageKind.whole])
    expect(bytesOf(messages)).toBeLessThan(500)
  })

  it("[MR4] moved and repeated stretches travel as digests only", async () => {
    const [a, b] = [seededBytes(1, 30_000), seededBytes(2, 30_000)]
    const { messages } = await carry(Uint8Array.of(...a, ...b), Uint8Array.of(...b, ...a, ...b))
    expect(bytesOf(messages)).toBeLessThan(3000)
  })

  it("[MR4] a new stretch that is there twice travels once", async () => {
    const fresh = seededBytes(3, 10_000)
    const old = seededBytes(1, 10_000)
    const { messages } = await carry(old, Uint8Array.of(...old, ...fresh, ...old, ...fresh))
    expect(bytesOf(messages)).toBeLessThan(13_000)
  })

  it("[MR5] leaves wrongly taken for old ones are found and repaired", async () => {
    const seen = new Set<number | undefined>()
    for (let seed = 0; seed < 20; seed++) {
      const next = seededBytes(1000 + seed, 40_000)
      const { messages, content } = await carry(seededBytes(seed, 40_000), next)
      expect(content).toEqual(next)
      for (const kind of kindsOf(messages)) seen.add(kind)
    }
    expect(seen).toContain(messageKind.repairs)
    expect(seen).not.toContain(messageKind.whole)
  })

  it("[MR5] leaves come as a delta where the other side reads one", async () => {
    const lines = (step: number): Uint8Array =>
      new TextEncoder().encode(
        Array.from({ length: 3000 }, (_, i) => `line ${i * i} of ${i % 30 === 0 ? i * step : 0}\n`).join("")
      )
    const [old, next] = [lines(1), lines(7)]
    const small = await carry(old, next, { sending: { level: "small" } })
    expect(small.content).toEqual(next)
    expect(bytesOf(small.messages)).toBeLessThan(bytesOf((await carry(old, next)).messages))
  })

  it("[MR6] if a match above the leaves was false, the whole content travels", async () => {
    const old = seededBytes(1, 2000)
    const next = seededBytes(2, 2000)
    const { state } = await beginSending(next, { key: new Uint8Array(16) })
    const hasher = await ContentHasher.create(new Uint8Array(16))
    const digests = contentTree(old, hasher).find(level => level.digests.length <= 32)?.digests ?? []
    const lying = digests.map(digest => shortDigest(digest, firstWidth(digests.length)))
    const hello = {
      key: new Uint8Array(16),
      length: 2000,
      hash: hasher.whole(next),
      level: 0,
      digests: lying
    }
    const asked = await stepReceiving(beginReceiving(old), encodeHello(hello))
    expect(asked.message?.[0]).toBe(messageKind.askWhole)
    const answer = await stepSending(state, asked.message ?? new Uint8Array(0))
    expect((await stepReceiving(asked.state, answer.message ?? new Uint8Array(0))).content).toEqual(next)
  })

  it("[MR3] a small content is not matched by its short digests with a far larger one", async () => {
    const old = seededBytes(1, 50_000)
    const { messages, content } = await carry(old, old.slice(0, 3000))
    expect(content).toEqual(old.slice(0, 3000))
    const { hello, askLeaves, leaves, done } = messageKind
    expect(kindsOf(messages)).toEqual([hello, askLeaves, leaves, done])
    expect(bytesOf(messages)).toBeGreaterThan(3000)
  })

  it("[MR8] a peer that names an old stretch again and again is stopped by the length it announced", async () => {
    const { old, hello } = await oldNodes()
    const begun = beginReceiving(old)
    const many = stepReceiving(begun, hello(Array.from({ length: 20 }, () => "known")))
    await expect(many).rejects.toMatchObject({ code: "rounds-message-invalid" })
    const few = await stepReceiving(begun, hello(["known", "known", "unknown"]))
    const width = digestWidth(0, few.message?.[1] ?? 0, 1)
    const asked = await stepReceiving(few.state, encodeChildren({ width, families: [[1]] }))
    expect(asked.message?.[0]).toBe(messageKind.askLeaves)
    const delta = await encodeDelta(old, Uint8Array.of(1))
    const answered = await stepReceiving(asked.state, Uint8Array.of(messageKind.leaves, 4, 1, ...delta))
    expect(answered.message?.[0]).toBe(messageKind.askWhole)
  })

  it("[MR7] a content above the limit is refused", async () => {
    const carried = carry(new Uint8Array(0), new Uint8Array(1001), { receiving: { maxBytes: 1000 } })
    const message = expect.stringMatching(/has 1001 bytes, .*maxBytes.* 1000/)
    await expect(carried).rejects.toMatchObject({ code: "rounds-limit", message })
  })

  it("[MR7] a whole content that has another hash is refused", async () => {
    const tamper = (message: Uint8Array): Uint8Array =>
      message[0] === messageKind.whole ? message.with(50, 1 ^ (message[50] ?? 0)) : message
    const carried = carry(new Uint8Array(0), seededBytes(1, 100), { tamper })
    await expect(carried).rejects.toMatchObject({ code: "rounds-damaged" })
  })

  it("[MR7] a leaf that does not have the digest sent for it is refused", async () => {
    const old = seededBytes(1, 20_000)
    const tamper = (message: Uint8Array): Uint8Array =>
      message[0] === messageKind.leaves ? message.with(50, 1 ^ (message[50] ?? 0)) : message
    const carried = carry(old, edited(old, 10_000), { tamper })
    await expect(carried).rejects.toMatchObject({ code: "rounds-damaged" })
  })

  it("[MR8] children with bytes left over are refused", async () => {
    const old = seededBytes(1, 20_000)
    const tamper = (message: Uint8Array): Uint8Array =>
      message[0] === messageKind.children ? Uint8Array.of(...message, 0) : message
    const carried = carry(old, edited(old, 10_000), { tamper })
    await expect(carried).rejects.toMatchObject({ code: "rounds-message-invalid" })
  })

  it("[MR8] a level above what the announced length allows is refused", async () => {
    const begin = (level: number) => {
      const hello = { key: new Uint8Array(16), hash: new Uint8Array(16), level, digests: [1, 2] }
      return stepReceiving(beginReceiving(new Uint8Array(9)), encodeHello({ ...hello, length: 2 ** 20 }))
    }
    // At most 2^14 = 4^7 leaves.
    expect((await begin(8)).message?.[0]).toBe(messageKind.askChildren)
    await expect(begin(9)).rejects.toMatchObject({ code: "rounds-message-invalid" })
  })

  it("[MR8] a delta that would take minutes to undo is refused", async () => {
    const tamper = (message: Uint8Array): Uint8Array =>
      message[0] === messageKind.whole ? Uint8Array.of(messageKind.whole, 5, 0x81, 0x80, 0x80, 1, 0) : message
    const carried = carry(new Uint8Array(0), new Uint8Array(2 ** 21 + 1), { tamper })
    await expect(carried).rejects.toThrow("more than 2097152")
  })

  it("[MR7] keys and limits of no use are refused", async () => {
    const code = "rounds-option-invalid"
    await expect(beginSending(new Uint8Array(0), { key: new Uint8Array(15) })).rejects.toMatchObject({ code })
    const text = "0123456789abcdef" as unknown as Uint8Array
    await expect(beginSending(new Uint8Array(0), { key: text })).rejects.toMatchObject({ code })
    for (const maxBytes of [-1, 0.5, Number.NaN])
      expect(() => beginReceiving(new Uint8Array(0), { maxBytes })).toThrow(expect.objectContaining({ code }))
  })

  it("[MR7] content that is no bytes and options that are none are refused by name", async () => {
    const code = "argument-invalid"
    const key = new Uint8Array(16)
    const text = "content" as unknown as Uint8Array
    const none = undefined as unknown as { key: Uint8Array }
    await expect(beginSending(text, { key })).rejects.toMatchObject({ code })
    await expect(beginSending(new Uint8Array(0), none)).rejects.toMatchObject({ code })
    expect(() => beginReceiving(text)).toThrow(expect.objectContaining({ code }))
    expect(() => beginReceiving(new Uint8Array(0), null as unknown as object)).toThrow(
      expect.objectContaining({ code })
    )
  })

  it("[MR8] a message that is no bytes is refused", async () => {
    const code = "rounds-message-invalid"
    const { state } = await beginSending(new Uint8Array(9), { key: new Uint8Array(16) })
    for (const odd of [undefined, null, "message", [21]] as unknown[] as Uint8Array[]) {
      await expect(stepSending(state, odd)).rejects.toMatchObject({ code })
      await expect(stepReceiving(beginReceiving(new Uint8Array(0)), odd)).rejects.toMatchObject({ code })
    }
  })

  it("[MR7] a level nobody knows is refused, naming those there are", async () => {
    const begun = beginSending(new Uint8Array(0), { key: new Uint8Array(16), level: "best" as "small" })
    const message = expect.stringContaining('"fast" or "small"')
    await expect(begun).rejects.toMatchObject({ code: "rounds-option-invalid", message })
  })

  it("[MR8] messages out of turn are refused by both sides", async () => {
    const content = seededBytes(1, 100_000)
    const { state } = await beginSending(content, { key: new Uint8Array(16) })
    const kinds = Object.values(messageKind)
    const code = "rounds-message-invalid"
    const { askChildren, askWhole, done } = messageKind
    // As long as a request about the nodes of the first message is.
    const request = new Uint8Array(2 + Math.ceil(state.sent.length / 8))
    for (const kind of kinds.filter(one => one !== askChildren && one !== askWhole && one !== done))
      await expect(stepSending(state, request.with(0, kind))).rejects.toMatchObject({ code })
    for (const kind of [0, ...kinds])
      await expect(stepReceiving(beginReceiving(content), Uint8Array.of(kind, 0))).rejects.toMatchObject({
        code
      })
  })

  it("[MR8] nothing is taken after the end", async () => {
    const { state } = await beginSending(new Uint8Array(9), { key: new Uint8Array(16) })
    const end = await stepSending(state, Uint8Array.of(messageKind.done))
    expect(end.done).toBe(true)
    const late = stepSending(end.state, Uint8Array.of(messageKind.done))
    await expect(late).rejects.toMatchObject({ code: "rounds-message-invalid" })
  })
})
