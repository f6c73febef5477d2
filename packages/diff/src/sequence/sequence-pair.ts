/** Two sequences of ids below `distinct`, equal elements having equal ids on both sides. */
export interface SequencePair {
  readonly a: Int32Array
  readonly b: Int32Array
  readonly distinct: number
}
