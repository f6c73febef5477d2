/**
 * Whether a bench is asked for: any of the filters is part of its name or of its file's `area/file.ts`. No filter asks
 * for everything.
 */
export function isWanted(filters: readonly string[], file: string, benchName: string): boolean {
  return filters.length === 0 || filters.some(filter => file.includes(filter) || benchName.includes(filter))
}
