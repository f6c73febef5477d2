/** Stretches of two arrays. */
export interface ArrayWindow {
  readonly a: readonly unknown[]
  readonly b: readonly unknown[]
  readonly aStart: number
  readonly aEnd: number
  readonly bStart: number
  readonly bEnd: number
}
