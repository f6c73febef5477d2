import { TextMarker } from "./draft/marker.ts"

/**
 * What a container is. A `register` is no container: it holds one JSON scalar and is replaced whole. A `counter` is one,
 * as what several add to it at once adds up; it is always a declared one.
 */
export type ContainerKind = "map" | "list" | "text" | "counter"

/** A text that is edited in place: concurrent edits of different places both stay. Its value is a string. */
export interface TextShape {
  readonly kind: "text"
}

/** A list whose elements are inserted and deleted in place. Its value is an array. */
export interface ListShape {
  readonly kind: "list"
}

/** A number that is counted up and down: what several replicas add at once adds up. Its value is a safe integer. */
export interface CounterShape {
  readonly kind: "counter"
}

/** What a register holds. */
export type RegisterValue = null | boolean | number | string

declare const registerType: unique symbol

/** A value that is set whole, and what shows while nothing is set. It is no container, and has no genesis. */
export interface RegisterShape<
  T extends RegisterValue = RegisterValue,
  HasDefault extends boolean = boolean
> {
  readonly kind: "register"
  readonly default?: T
  /** Only for types; never there. */
  readonly [registerType]?: readonly [T, HasDefault]
}

/** A map whose keys are set and deleted one by one. Its value is an object. */
export interface MapShape<F extends ShapeFields = ShapeFields> {
  readonly kind: "map"
  readonly fields: F
}

/** What is declared in a map, by key. */
export type ShapeFields = Readonly<Record<string, Shape | RegisterShape>>

/**
 * The containers a collection predefines, as a tree. They exist in every document of the collection from the start,
 * made of the same bytes everywhere, so that replicas creating the same document offline edit the same containers.
 */
export type Shape = TextShape | ListShape | CounterShape | MapShape

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

/**
 * Declares a counter, for the `fields` of a collection: a number of which the steps are kept and not the result, so that
 * what two replicas count at once counts twice. `draft.votes += 1` and `document.counter("votes").increment()` are steps;
 * so is an assignment, by the difference. Its value begins at 0 and stays within ±(2⁵³ − 1), where it shows the bound if
 * concurrent steps lead beyond. It cannot be deleted; count it back to zero.
 *
 * Follows the PN-counter of Shapiro et al., "A comprehensive study of convergent and commutative replicated data types" (2011).
 */
export function counter(): CounterShape {
  return { kind: "counter" }
}

/**
 * Declares a value that is set whole, for the `fields` of a collection: null, a boolean, a number or a string. While the
 * key is absent `default` shows, in values, drafts, the past and projections, and no commit says so; deleting the key
 * brings it back. What shows is the default of the reader: an application with another one shows that.
 *
 * The values may be stated: `register<"open" | "done">({ default: "open" })`; what is stated is not checked at run time.
 */
export function register(options: { readonly default: string }): RegisterShape<string, true>
export function register(options: { readonly default: number }): RegisterShape<number, true>
export function register(options: { readonly default: boolean }): RegisterShape<boolean, true>
export function register<T extends RegisterValue>(options: { readonly default: T }): RegisterShape<T, true>
export function register<T extends RegisterValue = RegisterValue>(): RegisterShape<T, false>
export function register(options: { readonly default?: RegisterValue } = {}): RegisterShape {
  return options.default === undefined ? { kind: "register" } : { kind: "register", default: options.default }
}

/** Declares a map, for the `fields` of a collection. Keys that are not named in `fields` are free. */
export function map(): MapShape
export function map<const F extends ShapeFields>(fields: F): MapShape<F>
export function map(fields: ShapeFields = {}): MapShape {
  return { kind: "map", fields }
}
