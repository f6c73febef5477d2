import type { JsonValue, Path } from "../document/json.ts"

/** Names a container or an element of a list or text, in one document, for ever: `source:number`, the root `""`. */
export type ObjectId = string

/** Elements whose names run on: all of one source, numbers from `from` up to and without `to`. */
export interface ElementRange {
  readonly source: string
  readonly from: number
  readonly to: number
}

/** A key of a map was set, or removed. The last word of its commit about that key. */
export interface KeyWrite {
  readonly container: ObjectId
  readonly key: string
  /** What the key holds since then; of a removal, what it held. */
  readonly item: ObjectId
  /** What the key held for its author before, if the engine says so: several things where others wrote at once. */
  readonly over?: readonly ObjectId[]
  /** As of this commit. Absent: the key was removed. */
  readonly value?: JsonValue
}

/** Elements that went in together. */
export interface ElementInsertion {
  /** What they were put after; absent at the beginning. */
  readonly left?: ObjectId
  /** What they were put before, also if that was deleted then; `null` at the end, absent where the engine does not say. */
  readonly right?: ObjectId | null
  /** They were put in the place of elements that the same commit deleted. */
  readonly replaces: boolean
  /** Text as it is, elements of a list as JSON in an array. */
  readonly content: string | readonly JsonValue[]
}

/** Elements that were taken out. */
export interface ElementDeletion extends ElementRange {
  /** The element after the last one was taken out as well, where the engine tells no `right` of insertions. */
  readonly continues: boolean
}

/** What happened to a list or text. Of a counter, that it was counted: nothing went in or out. */
export interface SequenceEdit {
  readonly container: ObjectId
  readonly inserted: readonly ElementInsertion[]
  readonly deleted: readonly ElementDeletion[]
}

/**
 * What one commit touched of what was there before it. What happened inside a container that the commit made or took
 * out is not told by itself: others cannot know it, or it is gone with the container.
 */
export interface Footprint {
  readonly writes: readonly KeyWrite[]
  readonly edits: readonly SequenceEdit[]
}

/** Where a container is: under a key of a map, or, without a key, an element of a list or text. */
export interface ContainerPlace {
  readonly container: ObjectId
  readonly key?: string
}

/** Where a reader may look up what the live document has forgotten. */
export interface CommitHistory {
  /** The snapshot below all updates; called once at most. */
  readonly base?: () => Uint8Array
  /** Updates after it in an order that respects dependencies; grows. */
  readonly updates: readonly Uint8Array[]
}

/**
 * Tells what updates touched. They have to be in the document already.
 *
 * Every answer is a function of the update and of what it builds on: replicas that have applied other updates since
 * give the same, but for paths.
 */
export interface FootprintReader {
  /** Cost: the update; for each container it touches, what finding that takes. */
  read(update: Uint8Array): Footprint
  /** Where a container is that this update touches, or that is around one it touches; `undefined` for the root. */
  placeOf(container: ObjectId, update: Uint8Array): ContainerPlace | undefined
  /** Which of two concurrent writes of one key its value is from, if no other is: negative for `b`, positive for `a`. */
  compare(a: KeyWrite, b: KeyWrite): number
  /**
   * Where it stands, or stood as `update` saw it; `undefined` if that is not known any more. Without an update: where it
   * stands now; `undefined` if its container is not in the document.
   */
  pathOf(place: ContainerPlace, update?: Uint8Array): Path | undefined
}

/** A place as a key of maps. */
export function placeKey({ container, key }: ContainerPlace): string {
  return key === undefined ? container : `${container}/${key}`
}
