import { diffError } from "../error/diff-error.ts"
import { joinTokens, quoted } from "../json/pointer/json-pointer.ts"

/** What keeps a value from being packed, on its way up from the place it was found at. */
export class Misfit extends Error {
  /** Innermost first. */
  readonly #tokens: (string | number)[] = []
  readonly #code: "codec-value-unsupported" | "codec-too-deep"

  constructor(code: "codec-value-unsupported" | "codec-too-deep", what: string) {
    super(what)
    this.#code = code
  }

  /** The error for a container below which `error` was thrown, at `token`; any other error is left as it is. */
  static below(token: string | number, error: unknown): unknown {
    if (error instanceof Misfit) error.#tokens.push(token)
    return error
  }

  /** The error that a caller gets, with the place of the culprit. */
  asError(): Error {
    const path = joinTokens(this.#tokens.toReversed())
    return diffError(this.#code, path === "" ? this.message : `at ${quoted(path)} ${this.message}`, { path })
  }
}
