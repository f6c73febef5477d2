import fc from "fast-check"
import { expect, test } from "vitest"
import { PostedConnection } from "./posted-connection.ts"
import { type PostedMessage, readPosted } from "./posted-message.ts"

/** Two ends of a connection; what is posted arrives when a test says so. */
class Pair {
  readonly near: PostedConnection
  readonly far: PostedConnection
  readonly #toNear: PostedMessage[] = []
  readonly #toFar: PostedMessage[] = []
  /** The far end is one of before: it does not tell what it took. */
  readonly #isOld: boolean

  constructor(isOld = false) {
    this.#isOld = isOld
    const end = (queue: PostedMessage[]) =>
      new PostedConnection("1", { post: message => queue.push(message), ended: () => {} })
    this.near = end(this.#toFar)
    this.far = end(this.#toNear)
    for (const one of [this.near, this.far]) one.onMessage(() => {})
  }

  /** Data that the far end did not get yet. */
  get waitingBytes(): number {
    return this.#toFar.reduce(
      (sum, message) => sum + (message.syncline === "data" ? message.bytes.byteLength : 0),
      0
    )
  }

  deliver(count: number): void {
    for (const message of this.#toFar.splice(0, count)) give(this.far, message)
    for (const message of this.#toNear.splice(0))
      if (!(this.#isOld && message.syncline === "taken")) give(this.near, message)
  }
}

function give(connection: PostedConnection, posted: PostedMessage): void {
  const message = readPosted(posted)
  if (message?.syncline === "data") connection.receive(message.bytes)
  else if (message?.syncline === "taken") connection.taken(message.bytes)
}

const steps = fc.array(
  fc.oneof(
    fc.record({ send: fc.integer({ min: 1, max: 20_000 }) }),
    fc.record({ deliver: fc.integer({ min: 0, max: 8 }) })
  ),
  { maxLength: 60 }
)

test("[MC12] what is buffered is what the other side has not taken in, and up to 16 KiB more", () => {
  fc.assert(
    fc.property(steps, history => {
      const pair = new Pair()
      pair.near.send(new Uint8Array(10))
      pair.deliver(1)
      for (const step of history) {
        if ("send" in step) pair.near.send(new Uint8Array(step.send))
        else pair.deliver(step.deliver)
        const more = pair.near.bufferedBytes - pair.waitingBytes
        expect([more >= 0, more < 2 ** 14]).toEqual([true, true])
      }
    })
  )
})

test("[MC12] who does not tell what it took counts as having read everything", () => {
  const pair = new Pair(true)
  for (let i = 0; i < 100; i++) pair.near.send(new Uint8Array(1_000))
  pair.deliver(50)
  expect(pair.near.bufferedBytes).toBe(0)
})

test("[MC12] nobody makes what is buffered less than nothing, or more than was sent", () => {
  const numbers = fc.oneof(fc.nat(), fc.constantFrom(-1, 1e300, Number.NaN, 0.5, Number.MAX_SAFE_INTEGER))
  fc.assert(
    fc.property(fc.array(fc.oneof(numbers, fc.jsonValue())), words => {
      const { near } = new Pair()
      near.send(new Uint8Array(1_000))
      for (const bytes of words) {
        const message = readPosted({ syncline: "taken", id: "1", bytes })
        if (message !== undefined) give(near, message)
        expect([near.bufferedBytes >= 0, near.bufferedBytes <= 1_000]).toEqual([true, true])
      }
    })
  )
})
