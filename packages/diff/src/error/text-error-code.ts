/**
 * What text functions throw with.
 *
 * - `text-position-invalid` — a cursor is not a whole number of at least 0.
 * - `text-splice-invalid` — a splice lies outside of its text, before an earlier splice, or is not made of whole numbers.
 */
export type TextErrorCode = "text-position-invalid" | "text-splice-invalid"
