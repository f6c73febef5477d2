/** Content that becomes a text container; see `text`. */
export class TextMarker {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** The number of a counter, in a value that is to be restored. */
export class CounterMarker {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** Content that replaces what is there instead of merging into it; see {@link replace}. */
export class ReplaceMarker {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

/**
 * Content for a draft that replaces the container there by a new one, where plain assignment would merge into it:
 * `draft.settings = replace(defaults)`. Concurrent edits inside the old container are then lost. A predefined container
 * stays the same one and gets new content.
 */
export function replace<T>(value: T): T {
  // A marker can only be assigned, and stands for the value there.
  return new ReplaceMarker(value) as unknown as T
}
