/**
 * What a byte of the structure column says a value is. From 0x80 on it is the value: an integer of 0 to 127, less 0x80.
 */
export const valueCodes = {
  null: 0,
  true: 1,
  false: 2,
  /** Next of the texts. */
  newText: 3,
  /** Number of a text seen before, as varUint. */
  knownText: 4,
  /** How many elements as varUint, then those. */
  array: 5,
  /** How many members as varUint, references to their names, then the values. */
  newShape: 6,
  /** Number of a list of names seen before as varUint, then the values. */
  knownShape: 7,
  /** varInt among the numbers. */
  integer: 8,
  /** varInt of digits and a byte of how many are behind the point, among the numbers. */
  decimal: 9,
  /** Eight bytes of a double among the numbers, least significant first. */
  float: 10,
  /** Length as varUint and bytes, among the numbers. */
  bytes: 11
} as const

/** Integers below this are their own code. */
export const SMALL_INTEGERS = 128
