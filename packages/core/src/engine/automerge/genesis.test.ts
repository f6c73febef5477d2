import { getBackend, init } from "@automerge/automerge"
import { expect, test } from "vitest"
import type { ContainerRef } from "../../document/operation.ts"
import type { ContainerKind } from "../../document/shape.ts"
import { genesisIdentity } from "../genesis-identity.ts"
import { genesisActor, genesisChange } from "./genesis.ts"
import { bytesToHex } from "./hex.ts"

// Documents in the field are built on these bytes. If this test fails, the code is wrong, not the fixture.
const pinned: readonly (readonly [ContainerRef, string])[] = [
  [
    { path: ["body"], kind: "text" },
    "856f4a83f8d9662c012300043722f21d010100000005150634014202560270027f04626f6479017f047f007f00"
  ],
  [
    { path: ["tags"], kind: "list" },
    "856f4a83957cf1a30123000409f4ff4b010100000005150634014202560270027f0474616773017f027f007f00"
  ],
  [
    { path: ["meta"], kind: "map" },
    "856f4a83f35253cd012300044a0cc73c010100000005150634014202560270027f046d657461017f007f007f00"
  ],
  [
    { path: ["meta", "note"], kind: "text" },
    "856f4a839294996d015001f35253cd88b7b9da839fc5a73e2cfa8f90d46da791b6f5ce0c35f8e95ceb90200470c632580102000001044a0cc73c0701020202150634014202560270027f017f017f046e6f7465017f047f007f00"
  ],
  [
    { path: ["votes"], kind: "counter" },
    "856f4a83ea8cd6150127000444c7d2460101000000061507340142025602570170027f05766f746573017f017f18007f00"
  ],
  [
    { path: ["meta", "hits"], kind: "counter" },
    "856f4a8336a6e524015301f35253cd88b7b9da839fc5a73e2cfa8f90d46da791b6f5ce0c35f8e95ceb9020047991f24d0102000001044a0cc73c08010202021506340142025602570170027f017f017f0468697473017f017f18007f00"
  ],
  [
    { path: ["é/\u{1f600}"], kind: "map" },
    "856f4a83bb93ecb0012600046b7a6e0c010100000005150934014202560270027f07c3a92ff09f9880017f007f007f00"
  ]
]

test.each(pinned)("[AM1] the genesis of %j is pinned", (container, hex) => {
  expect(bytesToHex(genesisChange(container).bytes)).toBe(hex)
})

const empty: Readonly<Record<Exclude<ContainerKind, "counter">, Record<string, never> | never[] | "">> = {
  map: {},
  list: [],
  text: ""
}

test.each(pinned.map(([container]) => container))("[AM1] Automerge writes the genesis of %j alike", ref => {
  const handle = getBackend(init({ actor: bytesToHex(genesisActor(genesisIdentity(ref))) }))
  let parent = "_root"
  for (const [depth, key] of ref.path.slice(0, -1).entries()) {
    handle.applyChanges([genesisChange({ path: ref.path.slice(0, depth + 1), kind: "map" }).bytes])
    parent = String(handle.getWithType(parent, key)?.[1])
  }
  const key = ref.path.at(-1) ?? ""
  if (ref.kind === "counter") handle.put(parent, key, 0, "counter")
  else handle.putObject(parent, key, empty[ref.kind])
  handle.commit(undefined, 0)
  expect(handle.getLastLocalChange()).toEqual(genesisChange(ref).bytes)
})
