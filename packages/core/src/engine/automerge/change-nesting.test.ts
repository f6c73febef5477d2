import { getBackend, init } from "@automerge/automerge"
import { expect, test } from "vitest"
import { codeThrownBy, openDocument } from "../../testing/engine-case.ts"
import { automerge } from "./automerge-engine.ts"
import type { AutomergeNative } from "./native-handle.ts"

await automerge().ready?.()

/** A change that puts a map into a map so many times, with other things written beside. */
function nested(depth: number): Uint8Array {
  const handle = getBackend(init({ actor: "ff".repeat(8) }))
  let map = "_root"
  for (let left = depth; left > 0; left--) {
    handle.put(map, "n", left)
    const inner = handle.putObject(map, "inner", {})
    handle.splice(handle.putObject(map, "text", ""), 0, 0, "abc")
    map = inner
  }
  handle.commit(undefined, 0)
  return handle.getLastLocalChange() ?? new Uint8Array()
}

test("[AM23] a change that nests deeper than others would is refused before Automerge tells of it", () => {
  expect(codeThrownBy(() => openDocument(automerge()).apply([nested(260)]))).toBe("engine-update-invalid")
  expect(codeThrownBy(() => openDocument(automerge()).apply([nested(2_000)]))).toBe("engine-update-invalid")
})

test("[AM23] up to there it is taken, and reads as far as values go", () => {
  const document = openDocument(automerge())
  document.apply([nested(256)])
  expect(document.value()).toMatchObject({ n: 256, text: "abc", inner: { n: 255, inner: { n: 254 } } })
})

test("[AM23] a native change that nests too deep is told as damage, and not as a change", () => {
  const document = openDocument(automerge())
  const told: string[] = []
  document.onNativeChange(() => told.push("change"))
  document.onNativeDamage(() => told.push("damage"))
  const attempt = (): void =>
    (document.native as AutomergeNative).change(doc => {
      let inner: unknown = {}
      for (let left = 300; left > 0; left--) inner = { inner }
      doc["a"] = inner
    })
  expect(codeThrownBy(attempt)).toBe("value-unsupported")
  expect(told).toEqual(["damage"])
})
