import { coreError } from "../errors/core-error.ts"
import type { ValueWrite } from "../store/store.ts"

/**
 * Small values as they are to be written, in bytes of their own: whoever gave them may go on using theirs. Looked at before anything changes: what a store
 * refuses would block the document for good, and what it takes for something else would be lost.
 *
 * @throws SynclineError `options-invalid`
 */
export function checkedValues(values: readonly ValueWrite[]): readonly ValueWrite[] {
  const given: unknown = values
  if (!Array.isArray(given)) throw invalid("`values` is a list of { space, key, value }")
  return given.map((write: unknown) => checkedWrite(write))
}

function checkedWrite(write: unknown): ValueWrite {
  if (typeof write !== "object" || write === null) throw invalid("one of `values` is no object")
  const { space, key, value } = write as Readonly<Record<keyof ValueWrite, unknown>>
  if (!isText(space) || !isText(key))
    throw invalid("`space` and `key` of each of `values` are texts without lone surrogates")
  if (value === null) return { space, key, value }
  if (!(value instanceof Uint8Array))
    throw invalid(`in \`values\`, what is under "${space}", "${key}" is neither a Uint8Array nor null`)
  return { space, key, value: Uint8Array.from(value) }
}

function isText(text: unknown): text is string {
  return typeof text === "string" && text.isWellFormed()
}

function invalid(what: string): Error {
  return coreError("options-invalid", `the change was not made: ${what}`)
}
