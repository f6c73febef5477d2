import type { ArrayWindow } from "./array-window.ts"

/** Where each element of `b` in a window comes from. */
export interface Alignment extends ArrayWindow {
  /** For each element of `b` in the window its index in `a`, or -1 for a new one. No index occurs twice. */
  readonly origins: Int32Array
  /** For each element of `a` in the window whether it is an origin; if not, it goes. */
  readonly taken: Uint8Array
  /** Elements of `b` in the window that are {@link MOVED}, or {@link CHANGED}, or both. The rest come in order. */
  readonly marks: Uint8Array
}

/** Mark of an element that is not in order with those that stay. */
export const MOVED = 1
/** Mark of an element whose content may differ from its origin's. */
export const CHANGED = 2

/** Notes that element `j` of the window in `b` comes from element `i` of the one in `a`. */
export function setOrigin(
  { origins, taken, marks, aStart }: Alignment,
  i: number,
  j: number,
  mark: number
): void {
  origins[j] = aStart + i
  taken[i] = 1
  marks[j] = mark
}

/** An alignment in which nothing is in its place yet. */
export function emptyAlignment(window: ArrayWindow): Alignment {
  const count = window.bEnd - window.bStart
  return {
    ...window,
    origins: new Int32Array(count).fill(-1),
    taken: new Uint8Array(window.aEnd - window.aStart),
    marks: new Uint8Array(count)
  }
}
