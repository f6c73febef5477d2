import { coreError } from "../errors/core-error.ts"
import type { Embedder } from "./embedder.ts"
import { countFeatures } from "./word-features.ts"

/** Choices for `featureHashing`. */
export interface FeatureHashingOptions {
  /** Length of vectors, 16 to 4,096; default 384. Fewer of them, more features that share a place. */
  readonly dimensions?: number
}

const defaultDimensions = 384
const [leastDimensions, mostDimensions] = [16, 4096]
/** Features of a text are counted in memory. */
const longestText = 2 ** 18

/**
 * An embedder that needs no model, no network and no account: signed feature hashing (Weinberger et al., ICML 2009) of words and
 * 3- to 5-grams, square root of counts, length 1. Lexical: texts are near each other when they share words or parts of words,
 * typing errors included; it knows no synonyms. Meant for tests, for trying out, and for applications that need no more.
 *
 * The same text gives the same bits in every runtime.
 *
 * @throws SynclineError `options-invalid` for other dimensions; its `embed` for a text above 262,144 UTF-16 units.
 */
export function featureHashing({ dimensions = defaultDimensions }: FeatureHashingOptions = {}): Embedder {
  if (!Number.isInteger(dimensions) || dimensions < leastDimensions || dimensions > mostDimensions)
    throw coreError(
      "options-invalid",
      `feature hashing into ${dimensions} dimensions; give a whole number from ${leastDimensions} to ${mostDimensions}`
    )
  return {
    id: "feature-hashing",
    version: `1-${dimensions}`,
    dimensions,
    embed: async texts => texts.map(text => hashFeatures(text, dimensions))
  }
}

function hashFeatures(text: string, dimensions: number): Float32Array {
  if (text.length > longestText)
    throw coreError(
      "options-invalid",
      `a text of ${text.length} UTF-16 units is more than is embedded at once (${longestText}); cut it into chunks first`
    )
  const sums = new Float64Array(dimensions)
  for (const [feature, { count, weight }] of countFeatures(text)) {
    const place = feature % dimensions
    sums[place] = (sums[place] ?? 0) + signOf(feature) * weight * Math.sqrt(count)
  }
  let squares = 0
  for (const sum of sums) squares += sum * sum
  const length = Math.sqrt(squares)
  return length === 0 ? new Float32Array(dimensions) : Float32Array.from(sums, sum => sum / length)
}

/** By bits that have no part in choosing a place. */
function signOf(feature: number): 1 | -1 {
  return Math.imul(feature, 0x9e37_79b1) < 0 ? -1 : 1
}
