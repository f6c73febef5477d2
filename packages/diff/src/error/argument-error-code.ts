/**
 * What every area throws with for what no type allows, which users without types can still write.
 *
 * - `argument-invalid` — an argument is no text, list or bytes where it has to be, an option is none of the values it may have,
 *   a limit is no number. The message names it and says what to pass.
 */
export type ArgumentErrorCode = "argument-invalid"
