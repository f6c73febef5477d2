import { sha256 } from "@noble/hashes/sha2.js"
import { describe, expect, it } from "vitest"
import { errorCode } from "../testing/error-code.ts"
import { beginDescent, stepDescent } from "./descent.ts"
import { reportNodes } from "./merkle-report.ts"
import { MerkleTree } from "./merkle-tree.ts"

// What comes in a message may be anything, and what JavaScript writes too.
const untyped = (value: unknown) => value as never
const tree = new MerkleTree(sha256)
const codeOf = (ask: unknown, options?: unknown) =>
  errorCode(() => reportNodes(tree, untyped(ask), untyped(options)))
/** So many different prefixes. */
const prefixes = (count: number) => Array.from({ length: count }, (_, i) => i.toString(16).padStart(4, "0"))

describe("what a peer asks for", () => {
  it.each([
    ["a text", ""],
    ["nothing", null],
    ["no list", { length: 1, 0: "" }],
    ["a number", [1]],
    ["null", [null]],
    ["a list in it", [["a"]]],
    ["an object", [{}]],
    ["a truth", [true]],
    ["a hole", Array.from({ length: 1 })],
    ["a digit in upper case", ["A"]],
    ["more digits than a key has", ["0".repeat(65)]],
    ["a prefix twice", ["a", "b", "a"]]
  ])("[MT9] is refused if it has %s", async (_, ask) => {
    expect(await codeOf(ask)).toBe("merkle-key-invalid")
  })

  it("[MD7] is refused beyond 1,024 prefixes, or as many as allowed", async () => {
    expect(reportNodes(tree, prefixes(1024))).toHaveLength(1024)
    expect(await codeOf(prefixes(1025))).toBe("merkle-limit")
    expect(await codeOf(prefixes(1025), { maxAsked: undefined })).toBe("merkle-limit")
    expect(await codeOf(Array.from({ length: 200_000 }, () => ""))).toBe("merkle-limit")
    expect(reportNodes(tree, prefixes(3000), { maxAsked: 3000 })).toHaveLength(3000)
    expect(() => reportNodes(tree, ["", "a"], { maxAsked: 1 })).toThrow(/maxAsked/)
  })

  it.each([null, { maxAsked: "5" }, { maxAsked: Number.NaN }])(
    "[MD7] is not bounded by %o",
    async options => {
      expect(await codeOf([""], options)).toBe("argument-invalid")
    }
  )
})

describe("a descent with what no type allows", () => {
  it.each([undefined, null, 5, { maxNodes: "9" }, { maxNodes: 9, maxAsked: "5" }, { maxNodes: -1 }])(
    "[MD4] [MD3] does not begin with %o",
    async limits => {
      expect(await errorCode(() => beginDescent(untyped(limits)))).toBe("argument-invalid")
    }
  )

  it.each([null, "", {}])("[MD5] refuses %o as reports", async reports => {
    const step = () => stepDescent(tree, beginDescent({ maxNodes: 9 }), untyped(reports))
    expect(await errorCode(step)).toBe("merkle-report-invalid")
  })

  it.each([null, 5])("[MT9] makes no tree of the options %o", async options => {
    expect(await errorCode(() => new MerkleTree(sha256, untyped(options)))).toBe("argument-invalid")
  })
})
