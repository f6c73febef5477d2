// Registered globally, so that two copies of this package in one bundle recognise each other's errors.
const brand: unique symbol = Symbol.for("@syncline/SynclineError") as never

/** What a {@link SynclineError} carries besides its code and message. */
export interface SynclineErrorOptions {
  /** The failure underneath, kept as it was thrown. */
  readonly cause?: unknown
  /** Values the message was made of; frozen (shallowly) by the error. */
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * The one error class of every Syncline package. Programs branch on `code`, people read `message`.
 *
 * Each package documents its codes as a literal union (here: {@link ClockErrorCode}). Test for it with
 * {@link isSynclineError} rather than `instanceof`, which fails when a bundle holds two copies of this package.
 */
export class SynclineError<Code extends string = string> extends Error {
  override readonly name = "SynclineError"
  /** What failed, as a stable literal. */
  readonly code: Code
  /** Ids, sizes and limits behind the message; never needed to understand it. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: Code, message: string, options: SynclineErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined)
    this.code = code
    this.details = Object.freeze({ ...options.details })
    Object.defineProperty(this, brand, { value: true })
  }
}

/**
 * Whether a caught value is a {@link SynclineError}, and, with `code`, whether it has that code.
 * Recognises errors made by another copy of this package.
 */
export function isSynclineError<Code extends string = string>(
  value: unknown,
  code?: Code
): value is SynclineError<Code> {
  if (typeof value !== "object" || value === null || !(brand in value)) return false
  return code === undefined || ("code" in value && value.code === code)
}
