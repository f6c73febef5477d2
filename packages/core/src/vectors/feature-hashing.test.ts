import { expect, test } from "vitest"
import { toHex } from "../codec/hex.ts"
import { sha256 } from "#platform"
import { featureHashing } from "./feature-hashing.ts"

const { signal } = new AbortController()

async function vectorOf(text: string): Promise<readonly number[]> {
  const [vector = []] = await featureHashing().embed([text], { signal })
  return [...vector]
}

async function likeness(a: string, b: string): Promise<number> {
  const [left, right] = [await vectorOf(a), await vectorOf(b)]
  return left.reduce((sum, x, i) => sum + x * (right[i] ?? 0), 0)
}

test("[VE20] the same text gives the same bits everywhere", async () => {
  const texts = ["The quick brown fox", "Grüße aus Köln, ΟΔΥΣΣΕΥΣ", "東京タワーへ行く", "🦊 → ?!", "#", ""]
  const vectors = await featureHashing().embed(texts, { signal })
  const bytes = vectors.map(vector => new Uint8Array(Float32Array.from(vector).buffer))
  expect(bytes.map(each => toHex(sha256(each)).slice(0, 12))).toMatchInlineSnapshot(`
    [
      "d264142081f9",
      "62cd52281c95",
      "a080cb4bd1b9",
      "86fe6a98d547",
      "c5548ae69f0d",
      "80422bc3d307",
    ]
  `)
})

test("[VE21] texts are near each other by shared words and parts of words", async () => {
  expect(await likeness("reset my password", "how do I reset a password")).toBeGreaterThan(0.6)
  expect(await likeness("reset my password", "reset my pasword")).toBeGreaterThan(0.6)
  expect(await likeness("Café Zürich", "cafe zurich")).toBeCloseTo(1)
  expect(await likeness("東京タワー", "東京の塔")).toBeGreaterThan(0.25)
  expect(Math.abs(await likeness("reset my password", "boil the potatoes"))).toBeLessThan(0.2)
})

test("[VE22] every text but an empty one has a direction", async () => {
  for (const text of ["a", "?", "…", "->", "🦊"])
    expect((await vectorOf(text)).reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1)
})

test("[VE23] a text too long to be counted in memory is refused", async () => {
  await expect(featureHashing().embed(["x".repeat(300_000)], { signal })).rejects.toMatchObject({
    code: "options-invalid"
  })
})
