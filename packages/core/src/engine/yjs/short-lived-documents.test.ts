import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { expect, test } from "vitest"
import { map } from "../../document/shape.ts"
import { yjs } from "./yjs-engine.ts"

const documents = 4000
/** What is let go of too late takes 4 kB a document here; what others do meanwhile is small beside it. */
const allowedBytes = 1000

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

test("[YJ28] documents that are read and let go of leave nothing behind for a full collection", () => {
  const engine = yjs()
  const options = { shape: map(), identity: Uint8Array.of(0x80, 1, 2, 3) }
  const author = engine.open({ ...options, identity: Uint8Array.of(0x90, 1, 2, 3) })
  const change = author.change(
    ["title", "body", "state", "rank", "place", "owner"].map(key => ({
      op: "set",
      path: [key],
      content: { kind: "register", value: `the ${key} of a note` }
    }))
  )
  expect(change).toBeDefined()
  const read = (): void => {
    const document = engine.open(options)
    document.apply(change === undefined ? [] : [change.update])
    document.value()
    document.destroy()
  }
  // The first ones leave what belongs to all: code, and the forms of objects.
  for (let i = 0; i < documents / 2; i++) read()
  collect()
  const before = oldBytes()
  for (let i = 0; i < documents; i++) read()
  expect((oldBytes() - before) / documents).toBeLessThan(allowedBytes)
})

/** What small collections do not look at. */
function oldBytes(): number {
  const old = getHeapSpaceStatistics().filter(({ space_name: name }) => name.startsWith("old"))
  return old.reduce((sum, { space_used_size: size }) => sum + size, 0)
}
