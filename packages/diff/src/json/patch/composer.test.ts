import { describe, expect, it } from "vitest"
import { applyPatch, operationRules, valueCopier } from "./apply-patch.ts"
import { Composer } from "./composer.ts"

const move = { op: "move", from: "/x/2", path: "/x/0" } as const

describe("Composer", () => {
  it("[JI4] leaves a value as it was when a move in it is above the limit half way", () => {
    const composer = new Composer(
      valueCopier(operationRules({ extensions: true, limits: { maxShifts: 1 } }), false)
    )
    composer.push({ op: "add", path: "/x", value: [1, 2, 3, 4] })
    composer.push(move)
    expect(applyPatch({}, composer.finish())).toEqual({ x: [3, 1, 2, 4] })
  })

  it("[JI4] leaves a value as it was when a move in it has nowhere to go", () => {
    const composer = new Composer(valueCopier(operationRules({ extensions: true }), false))
    composer.push({ op: "add", path: "/x", value: { a: 1 } })
    composer.push({ op: "move", from: "/x/a", path: "/x/b/c" })
    expect(composer.finish()[0]).toEqual({ op: "add", path: "/x", value: { a: 1 } })
  })
})
