import type { ColumnKind } from "./column.ts"
import type { CellValue } from "./projected-content.ts"

/**
 * Brings what a mapping gave into the form tables hold.
 *
 * @returns `undefined` when the column cannot hold it.
 */
export function toCellValue(kind: ColumnKind, value: unknown): CellValue | undefined {
  return value === null || value === undefined ? null : converters[kind](value)
}

const converters: Readonly<Record<ColumnKind, (value: unknown) => CellValue | undefined>> = {
  text: value => (typeof value === "string" ? value : undefined),
  // Adding 0 turns -0 into 0: no table keeps the sign, and what is read back must be what was sealed.
  integer: value => (Number.isSafeInteger(value) ? (value as number) + 0 : undefined),
  real: value => (Number.isFinite(value) ? (value as number) + 0 : undefined),
  boolean: value => (typeof value === "boolean" ? Number(value) : undefined),
  // `stringify` gives `undefined` for functions and symbols.
  json: value => JSON.stringify(value),
  timestamp: toIsoText,
  bytes: value => (value instanceof Uint8Array ? value : undefined)
}

function toIsoText(value: unknown): string | undefined {
  const date = typeof value === "number" ? new Date(value) : value
  return date instanceof Date && Number.isFinite(date.getTime()) ? date.toISOString() : undefined
}
