/**
 * What list functions throw with.
 *
 * - `list-run-invalid` — a script does not belong to the list it is applied to.
 */
export type ListErrorCode = "list-run-invalid"
