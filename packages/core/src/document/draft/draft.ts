/** A value as an edit function sees it: the same, but to be written into. */
export type Draft<T> = unknown extends T ? T : Writable<T>

type Writable<T> = T extends null | boolean | number | string
  ? T
  : T extends readonly (infer Element)[]
    ? Draft<Element>[]
    : { -readonly [K in keyof T]: Draft<T[K]> }
