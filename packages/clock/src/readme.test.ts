import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { HybridLogicalClock, parseActorId, VersionVector } from "./index.ts"

/** The README's example, to run. What its comments say is asserted behind it. */
function example() {
  const laptop = parseActorId("00c0ffee00c0ffee")
  const phone = parseActorId("0ddba11c0ffee123")

  const mine = VersionVector.empty.with(laptop, 3).with(phone, 1)
  const theirs = mine.with(mine.next(phone))
  const order = mine.compare(theirs)
  const missing = theirs.diff(mine)
  const { length } = theirs.encode({ since: mine })

  const clock = new HybridLogicalClock({ nowMs: Date.now })
  const observation = clock.prepare([clock.now()])
  observation.commit()
  return { phone, order, missing, length, observation, clock }
}

test("[RM4] the README's example does what its comments say", () => {
  const { phone, order, missing, length, observation, clock } = example()
  expect([order, length]).toEqual(["before", 10])
  expect(missing).toEqual([{ actor: phone, from: 2, to: 2 }])
  expect([observation.highest, observation.untrusted]).toEqual([clock.last, []])
})

const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")

test("[RM4] the README's example is the one above", () => {
  const snippet = /```ts\n([\s\S]*?)```/.exec(textOf("../README.md"))?.[1] ?? ""
  const lines = snippet.split("\n").filter(line => line !== "")
  // Comments, and the names results have above, are the only differences.
  const calls = lines.map(line => line.replace(/ \/\/.*$/, "").replace(/\.length$/, ""))
  expect(calls.length).toBeGreaterThan(5)
  expect(calls.filter(call => !textOf("readme.test.ts").includes(call))).toEqual([])
})
