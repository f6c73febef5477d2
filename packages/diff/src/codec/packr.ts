import type * as declared from "msgpackr"
import * as entry from "msgpackr/pack"

/**
 * msgpackr's coder from the entry that has neither streams nor native code, typed by the main entry: the declarations of
 * the other do not resolve under Node's rules.
 */
export const Packr: typeof declared.Packr = (entry as unknown as typeof declared).Packr
