import { coreError } from "../errors/core-error.ts"
import type { Embedder } from "./embedder.ts"

/**
 * Takes an embedder's answer: as many vectors as texts, each of its length, of finite numbers which are not all zero, as
 * 32-bit floats.
 *
 * @throws SynclineError `embedding-invalid` saying which is not.
 */
export function checkVectors(
  answer: unknown,
  texts: number,
  { id, dimensions }: Pick<Embedder, "id" | "dimensions">
): readonly Float32Array[] {
  if (!Array.isArray(answer)) throw invalid(id, `it gave ${typeName(answer)}, not an array of vectors`)
  if (answer.length !== texts) throw invalid(id, `it gave ${answer.length} vectors for ${texts} texts`)
  return answer.map((vector: unknown, index) => checkVector(vector, dimensions, id, index))
}

function checkVector(vector: unknown, dimensions: number, id: string, index: number): Float32Array {
  if (!Array.isArray(vector) && !(vector instanceof Float32Array) && !(vector instanceof Float64Array))
    throw invalid(id, `vector ${index} is ${typeName(vector)}, not an array of numbers`)
  const numbers: ArrayLike<unknown> = vector
  if (numbers.length !== dimensions)
    throw invalid(id, `vector ${index} has ${numbers.length} dimensions, not ${dimensions}`)
  const taken = new Float32Array(dimensions)
  let isZero = true
  for (let i = 0; i < dimensions; i++) {
    const number = numbers[i]
    // Of what is finite in 64 bits some is not in 32.
    if (typeof number !== "number" || !Number.isFinite(Math.fround(number)))
      throw invalid(id, `vector ${index} has ${String(number)} at ${i}, which is no finite 32-bit number`)
    taken[i] = number
    isZero &&= taken[i] === 0
  }
  if (isZero) throw invalid(id, `vector ${index} is zero throughout, so it has no direction`)
  return taken
}

function typeName(value: unknown): string {
  return value === null ? "null" : typeof value
}

function invalid(id: string, what: string): Error {
  return coreError("embedding-invalid", `embedder ${id}: ${what}; mend the embedder`, {
    details: { embedder: id }
  })
}
