import fc from "fast-check"
import { expect, test } from "vitest"
import type { Path } from "../document/json.ts"
import { openDocument } from "../testing/engine-case.ts"
import { containersOf, readModel } from "../testing/engine-model.ts"
import { randomChange } from "../testing/engine-random.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { automerge } from "./automerge/automerge-engine.ts"
import type { EngineDocument } from "./engine.ts"
import { yjs } from "./yjs/yjs-engine.ts"

await automerge().ready?.()

const pathsOf = (change: { readonly paths: readonly Path[] } | undefined): readonly string[] | undefined =>
  change?.paths.map(path => JSON.stringify(path)).sort()

function kindsOf(document: EngineDocument): readonly unknown[] {
  return containersOf(readModel(document.value(), document.kindAt)).map(({ path, node }) => [path, node.kind])
}

test("[EN20] one after the other, the same operations give the same values, kinds and paths in both engines", () => {
  fc.assert(
    fc.property(fc.integer(), seed => {
      const random = new SeededRandom(seed)
      const [one, other] = [openDocument(yjs()), openDocument(automerge())]
      for (let step = 0; step < 12; step++) {
        const { operations } = randomChange(one, random)
        const [told, toldThere] = [one, other].map(document => pathsOf(document.change(operations)))
        expect(toldThere, JSON.stringify(operations)).toEqual(told)
        expect(JSON.stringify(other.value())).toBe(JSON.stringify(one.value()))
        expect(kindsOf(other)).toEqual(kindsOf(one))
      }
    })
  )
})
