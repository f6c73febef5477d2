/** `1,234` */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US")
}

/** `1,234 documents`, `1 document` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`
}

/** `812 B`, `12.3 kB`, `1.23 MB`: thousands, as networks count. */
export function bytes(value: number): string {
  if (value < 1_000) return `${value} B`
  if (value < 1_000_000) return `${(value / 1_000).toFixed(1)} kB`
  return `${(value / 1_000_000).toFixed(2)} MB`
}

/** `812 ms`, `1.2 s` */
export function duration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}

/** Columns aligned, two spaces between; numbers to the right. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map(row => row[at]?.length ?? 0)))
  const numeric = widths.map((_, at) => rows.slice(1).every(row => /^[\d,.]+$/.test(row[at] ?? "")))
  return rows.map(row =>
    row
      .map((cell, at) => (numeric[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join("  ")
      .trimEnd()
  )
}
