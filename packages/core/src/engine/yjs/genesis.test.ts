import { expect, test } from "vitest"
import * as Y from "yjs"
import type { ContainerRef } from "../../document/operation.ts"
import { genesisUpdate } from "./genesis.ts"

// Documents in the field are built on these bytes. If this test fails, the code is wrong, not the fixture.
const pinned: readonly (readonly [ContainerRef, string])[] = [
  [{ path: ["body"], kind: "text" }, "01019de48bb90300270104726f6f7404626f64790200"],
  [{ path: ["tags"], kind: "list" }, "0101cbfed34f00270104726f6f7404746167730000"],
  [{ path: ["meta"], kind: "map" }, "0101bc8eb3d00400270104726f6f74046d6574610100"],
  [{ path: ["meta", "note"], kind: "text" }, "0101d8e4988607002700bc8eb3d00400046e6f74650200"],
  [{ path: ["votes"], kind: "counter" }, "0101c6a49fa60400270104726f6f7405766f7465730100"],
  [{ path: ["meta", "hits"], kind: "counter" }, "0101cde4c7cc07002700bc8eb3d0040004686974730100"],
  [{ path: ["é/\u{1f600}"], kind: "map" }, "01018cdce9db0600270104726f6f7407c3a92ff09f98800100"]
]

test.each(pinned)("[YJ1] the genesis of %j is pinned", (container, hex) => {
  expect(Buffer.from(genesisUpdate(container)).toString("hex")).toBe(hex)
})

test("[YJ1] Yjs reads the bytes as a shared type under its key, and writes them alike", () => {
  const doc = new Y.Doc()
  const bytes = genesisUpdate({ path: ["body"], kind: "text" })
  Y.applyUpdate(doc, bytes)
  expect(doc.getMap("root").get("body")).toBeInstanceOf(Y.Text)
  expect(Y.encodeStateAsUpdate(doc)).toEqual(bytes)
})
