import type { ElementKey } from "./diff-context.ts"

/** Keys of the elements of two arrays, by index. */
export interface ElementKeys {
  readonly a: readonly (string | undefined)[]
  readonly b: readonly (string | undefined)[]
}

/** Asks for the keys of all elements, each once. */
export function elementKeys(
  keyOf: ElementKey,
  path: string,
  a: readonly unknown[],
  b: readonly unknown[]
): ElementKeys {
  return {
    a: Array.from(a, element => keyOf(element, path)),
    b: Array.from(b, element => keyOf(element, path))
  }
}
