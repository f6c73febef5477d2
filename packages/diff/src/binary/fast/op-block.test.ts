import { expect, it } from "vitest"
import { errorCode } from "../../testing/error-code.ts"
import { noise } from "../../testing/noise.ts"
import { matchBytes } from "../matcher/match-bytes.ts"
import { cutBlocks } from "./cut-blocks.ts"
import { type BlockState, MAX_BLOCK_BYTES, packBlock, unpackBlock } from "./op-block.ts"

const context = { oldLength: 100, nextLength: 10, isLast: true }

it("[BD15] 200,000 operations that only move the diagonal are refused at the first", async () => {
  const diagonals = Array.from({ length: 200_000 }, (_, index) => 7 + (index % 2))
  const copyLengths = diagonals.map(() => 0)
  const block = packBlock({ literals: diagonals.map(() => new Uint8Array()), copyLengths, diagonals }, 0)
  const state: BlockState = { at: 0, diagonal: 0 }
  expect(await errorCode(() => unpackBlock(block, state, context))).toBe("binary-delta-invalid")
  expect(state).toEqual({ at: 0, diagonal: 7 })
})

it("[BD15] the last operation may aim a copy of what is missing, and no other", async () => {
  const block = packBlock({ literals: [new Uint8Array()], copyLengths: [0], diagonals: [5] }, 0)
  const unpack = (change: object) => unpackBlock(block, { at: 0, diagonal: 0 }, { ...context, ...change })
  expect(unpack({}).count).toBe(1)
  expect(await errorCode(() => unpack({ isLast: false }))).toBe("binary-delta-invalid")
  expect(await errorCode(() => unpack({ nextLength: 0 }))).toBe("binary-delta-invalid")
})

it("[BD15] literals cut into blocks are operations that make something, in each of them", () => {
  const next = noise(1, 2 * MAX_BLOCK_BYTES + 1000)
  const state: BlockState = { at: 0, diagonal: 0 }
  const blocks = Array.from(cutBlocks(next, matchBytes(new Uint8Array(), next)), ops => packBlock(ops, 0))
  for (const block of blocks)
    unpackBlock(block, state, { oldLength: 0, nextLength: next.length, isLast: false })
  expect([blocks.length, state.at]).toEqual([3, next.length])
})
