import type { Content } from "../../document/operation.ts"
import type { Path } from "../../document/json.ts"
import type { RegisterValue } from "../../document/shape.ts"
import { coreError } from "../../errors/core-error.ts"
import type { Slot } from "./edit-node.ts"
import { ListEdit } from "./list-edit.ts"
import { MapEdit } from "./map-edit.ts"
import { maxNesting } from "./max-nesting.ts"
import { TextEdit } from "./text-edit.ts"

/**
 * Checks content and makes it ready to be written.
 *
 * @throws SynclineError `value-unsupported` for a number that is not finite, text or a key with a lone surrogate (no
 *   engine can hold it), nesting beyond 256.
 */
export function contentToSlot(content: Content, path: Path): Slot {
  if (path.length > maxNesting) throw unsupported(path, `is nested more than ${maxNesting} deep`)
  switch (content.kind) {
    case "register":
      return checkScalar(content.value, path)
    case "text":
      return TextEdit.fresh(checkText(content.text, path))
    case "list":
      return ListEdit.fresh(content.items.map((item, index) => slotAt(item, path, index)))
    case "map": {
      const map = MapEdit.fresh()
      for (const [key, entry] of content.entries) map.set(checkText(key, path), slotAt(entry, path, key))
      return map
    }
  }
}

/** What is at a step below a path. That path is made only where it may be asked for. */
function slotAt(content: Content, above: Path, step: string | number): Slot {
  const isScalar = content.kind === "register" && isPlain(content.value)
  return isScalar && above.length < maxNesting ? content.value : contentToSlot(content, [...above, step])
}

/** Whether a value is as engines take it. */
export function isPlain(value: RegisterValue): boolean {
  if (typeof value === "string") return value.isWellFormed()
  return typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0))
}

/** Returns the text if it is well-formed. @throws SynclineError `value-unsupported`. */
export function checkText(text: string, path: Path): string {
  if (text.isWellFormed()) return text
  throw unsupported(path, "has half of a surrogate pair; cut text between characters, or call toWellFormed()")
}

function checkScalar(value: null | boolean | number | string, path: Path): Slot {
  if (typeof value === "string") return checkText(value, path)
  if (typeof value !== "number") return value
  if (!Number.isFinite(value))
    throw unsupported(path, `is ${value}; JSON has finite numbers only, use null or a string`)
  // JSON has one zero.
  return value + 0
}

function unsupported(path: Path, why: string): Error {
  return coreError("value-unsupported", `the value at ${JSON.stringify(path)} ${why}`, { details: { path } })
}
