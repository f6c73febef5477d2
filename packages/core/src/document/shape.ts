import { TextMarker } from "./draft/marker.ts"

/** What a container is. A `register` is no container: it holds one JSON scalar and is replaced whole. */
export type ContainerKind = "map" | "list" | "text"

/** A text that is edited in place: concurrent edits of different places both stay. Its value is a string. */
export interface TextShape {
  readonly kind: "text"
}

/** A list whose elements are inserted and deleted in place. Its value is an array. */
export interface ListShape {
  readonly kind: "list"
}

/** A map whose keys are set and deleted one by one. Its value is an object. */
export interface MapShape<F extends ShapeFields = ShapeFields> {
  readonly kind: "map"
  readonly fields: F
}

/** Predefined containers by key. */
export type ShapeFields = Readonly<Record<string, Shape>>

/**
 * The containers a collection predefines, as a tree. They exist in every document of the collection from the start,
 * made of the same bytes everywhere, so that replicas creating the same document offline edit the same containers.
 */
export type Shape = TextShape | ListShape | MapShape

/**
 * Without an argument: declares a text, for the `fields` of a collection.
 *
 * With one: content for a draft, making a text container where a plain string would be replaced whole
 * (`draft.notes.push({ body: text("hello") })`). Typed as the string it reads as.
 */
export function text(): TextShape
export function text(content: string): string
export function text(content?: string): TextShape | string {
  // A marker can only be assigned, and what is assigned there is declared a string.
  return content === undefined ? { kind: "text" } : (new TextMarker(content) as unknown as string)
}

/** Declares a list, for the `fields` of a collection. What its elements are is not declared. */
export function list(): ListShape {
  return { kind: "list" }
}

/** Declares a map, for the `fields` of a collection. Keys that are not named in `fields` are free. */
export function map(): MapShape
export function map<const F extends ShapeFields>(fields: F): MapShape<F>
export function map(fields: ShapeFields = {}): MapShape {
  return { kind: "map", fields }
}
