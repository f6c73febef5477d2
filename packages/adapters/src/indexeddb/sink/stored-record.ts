import type { OrderKey } from "@syncline/core"

/** A record's bookkeeping as it is written, under the UTF-8 bytes of its id. */
export interface StoredRecord extends OrderKey {
  readonly deleted: boolean
  /** Rows over all tables. */
  readonly rows: number
  /** 32 bytes. */
  readonly digest: Uint8Array
  /** 32 hex digits. */
  readonly seal: string
}

/** A record's bookkeeping as it is found: whoever may write here may have written anything. */
export interface FoundRecord {
  readonly key: OrderKey
  readonly deleted: boolean
  /** Whether all parts are of the kinds that are written. */
  readonly isWellFormed: boolean
  readonly rows: unknown
  readonly digest: Uint8Array | undefined
  readonly seal: unknown
  /** All of it, to the last bit. */
  readonly exact: string
}

const parts = ["generation", "projection", "height", "deleted", "rows", "digest", "seal"] as const

/** Takes a row apart; `undefined` when it has nothing that could be an order key. */
export function findRecord(row: unknown): FoundRecord | undefined {
  if (typeof row !== "object" || row === null) return undefined
  const { generation, projection, height, deleted, rows, digest, seal } = row as Partial<
    Record<keyof StoredRecord, unknown>
  >
  if (!isInteger(generation) || !isInteger(projection) || !isInteger(height)) return undefined
  const isKnown = Object.keys(row).length === parts.length && parts.every(part => part in row)
  return {
    key: { generation: safe(generation), projection: safe(projection), height: safe(height) },
    deleted: Boolean(deleted),
    isWellFormed: isKnown && typeof deleted === "boolean",
    rows,
    digest: digest instanceof Uint8Array && digest.length === 32 ? digest : undefined,
    seal,
    exact: exactText(row)
  }
}

/** Text that differs for any two values that differ, of all that can be stored but what is inside of maps and files. */
export function exactText(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes(${value.join()})`
  if (Array.isArray(value)) return `[${value.map(exactText).join()}]`
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(
      ([name, member]) => `${JSON.stringify(name)}:${exactText(member)}`
    )
    return `${value.constructor.name}{${members.sort().join()}}${value instanceof Date ? value.getTime() : ""}`
  }
  if (typeof value === "string") return JSON.stringify(value)
  return `${typeof value}(${Object.is(value, -0) ? "-0" : String(value)})`
}

function isInteger(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value)
}

function safe(value: number | bigint): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)))
}
