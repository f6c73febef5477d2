import type { Slot } from "./edit-node.ts"

/** A container that is in the document, as a change reads and finally writes it. */
export type ContainerTarget = MapTarget | ListTarget | TextTarget | CounterTarget

interface Target {
  /** Under which the genesis of this container was made; `undefined` for those a change made. */
  readonly identity: number | undefined
}

/** A map that is in the document; see {@link ContainerTarget}. */
export interface MapTarget extends Target {
  readonly kind: "map"
  keys(): Iterable<string>
  has(key: string): boolean
  /** Whether the key was never set, so that a container predefined there counts as present and empty. */
  isPristine(key: string): boolean
  /** The container at a key; `undefined` where there is nothing or a plain value. */
  member(key: string): ContainerTarget | undefined
  set(key: string, slot: Slot): void
  delete(key: string): void
}

/** A list that is in the document; see {@link ContainerTarget}. */
export interface ListTarget extends Target {
  readonly kind: "list"
  readonly length: number
  /** The container at an index below the length; `undefined` for a plain value. */
  item(index: number): ContainerTarget | undefined
  splice(index: number, remove: number, insert: readonly Slot[]): void
}

/** A counter that is in the document; see {@link ContainerTarget}. */
export interface CounterTarget extends Target {
  readonly kind: "counter"
  /** As it shows: a safe integer. */
  readonly value: number
  /** Whether the engine can add so much, a safe integer, to what the counter has already. */
  takes(by: number): boolean
  add(by: number): void
}

/** A text that is in the document; see {@link ContainerTarget}. Positions are UTF-16 units. */
export interface TextTarget extends Target {
  readonly kind: "text"
  readonly length: number
  unitAt(index: number): number
  splice(index: number, remove: number, insert: string): void
}
