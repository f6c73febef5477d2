import type { TextSplice } from "./text-splice.ts"

/**
 * What turns one text into another, from left to right: a number above zero keeps so many code units, one below removes them, a
 * text comes in. What is left at the end stays.
 */
export type TextScript = readonly (number | string)[]

/** Splices as one script. */
export function spliceScript(splices: readonly TextSplice[]): TextScript {
  const script: (number | string)[] = []
  let end = 0
  for (const { index, remove, insert } of splices) {
    if (index > end) script.push(index - end)
    if (remove > 0) script.push(-remove)
    if (insert !== "") script.push(insert)
    end = index + insert.length
  }
  return script
}

/** The script that does what `first` and then `second` do. Takes a step for each part of either; texts are cut, never joined. */
export function composeScripts(first: TextScript, second: TextScript): TextScript {
  const composed: (number | string)[] = []
  const earlier = new ScriptReader(first)
  for (const part of second) {
    if (typeof part === "string") composed.push(part)
    else earlier.pass(Math.abs(part), part > 0, composed)
  }
  earlier.rest(composed)
  return composed
}

/** The text after a script that fits it, in one pass over both. */
export function applyScript(text: string, script: TextScript): string {
  const parts: string[] = []
  let at = 0
  for (const part of script) {
    if (typeof part === "string") parts.push(part)
    else {
      if (part > 0) parts.push(text.slice(at, at + part))
      at += Math.abs(part)
    }
  }
  parts.push(text.slice(at))
  return parts.join("")
}

/** Goes along the text that a script makes. */
class ScriptReader {
  readonly #script: TextScript
  #next = 0
  /** How much of the next part has been passed. */
  #passed = 0

  constructor(script: TextScript) {
    this.#script = script
  }

  /** Passes so many units of the text made; writes what the script does there, or if they do not stay, what removes them. */
  pass(units: number, stay: boolean, out: (number | string)[]): void {
    for (let left = units; left > 0; ) {
      const part = this.#script[this.#next] ?? Number.POSITIVE_INFINITY
      if (typeof part === "number" && part < 0) {
        out.push(part)
        this.#next++
        continue
      }
      const length = typeof part === "string" ? part.length : part
      const taken = Math.min(left, length - this.#passed)
      if (typeof part === "number") out.push(stay ? taken : -taken)
      else if (stay) out.push(part.slice(this.#passed, this.#passed + taken))
      this.#passed += taken
      left -= taken
      if (this.#passed < length) continue
      this.#next++
      this.#passed = 0
    }
  }

  /** Writes what has not been passed. */
  rest(out: (number | string)[]): void {
    const part = this.#script[this.#next]
    if (part === undefined) return
    if (typeof part === "string") out.push(part.slice(this.#passed))
    else out.push(part > 0 ? part - this.#passed : part)
    for (let i = this.#next + 1; i < this.#script.length; i++) out.push(this.#script[i] ?? 0)
  }
}
