/** Whether a value is an array. No type guard: for one, `Array.isArray` makes elements that are typed already `any`. */
export function isList(value: unknown): boolean {
  return Array.isArray(value)
}
