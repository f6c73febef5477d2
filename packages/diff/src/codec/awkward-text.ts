import { diffError } from "../error/diff-error.ts"

const BYTE_ORDER_MARK = 0xfeff

// In Unicode mode, halves of a proper pair do not match one by one.
const needsEscape = /[\0\ud800-\udfff]/gu
const escaped = /\0([0-9a-f]{4})?/g

// msgpackr renames the first, asks the second for a class and calls the third.
const reservedNames: ReadonlySet<string> = new Set(["__proto__", "constructor", "toJSON"])

/** A text in a form that survives UTF-8 and decoders which trim it: itself, except for very few. */
export function escapeText(text: string): string {
  return isAwkward(text) ? escapedForm(text) : text
}

/** As {@link escapeText}, for the name of a member: also renames those that mean something to JavaScript. */
export function escapeName(name: string): string {
  return reservedNames.has(name) || isAwkward(name) ? escapedForm(name) : name
}

/** Undoes both. Throws `codec-invalid` for a text that neither makes. */
export function unescapeText(text: string): string {
  if (text.charCodeAt(0) !== 0) return text
  if (text[1] !== "s") throw diffError("codec-invalid", "a text begins with NUL but not with an escape")
  return text.slice(2).replace(escaped, (_, hex: string | undefined) => {
    if (hex === undefined) throw diffError("codec-invalid", "NUL inside a text without four digits after it")
    return String.fromCharCode(Number.parseInt(hex, 16))
  })
}

function isAwkward(text: string): boolean {
  // A leading NUL begins our own forms; decoders drop a leading byte order mark; lone surrogates have no UTF-8.
  const first = text.charCodeAt(0)
  return first === 0 || first === BYTE_ORDER_MARK || !text.isWellFormed()
}

function escapedForm(text: string): string {
  return `\0s${text.replace(needsEscape, unit => `\0${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)}`
}
