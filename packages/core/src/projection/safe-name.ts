/**
 * Words no SQL database we know takes as a plain name; what SQLite refuses is pinned by a test against SQLite itself.
 * Names must work unquoted, because applications query these tables by hand.
 */
const reservedWords = new Set(
  `add all alter analyse analyze and any array as asc asymmetric autoincrement between both case cast check collate
  column commit constraint create current_catalog current_date current_role current_time current_timestamp current_user
  default deferrable delete desc distinct do drop else end escape except exists false fetch for foreign from grant group
  having if in index initially insert intersect into is isnull join lateral leading limit localtime localtimestamp not
  nothing notnull null offset on only or order placing primary raise references returning select session_user set some
  symmetric table then to trailing transaction true union unique update user using values variadic when where window
  with`.split(/\s+/)
)

// 63 is PostgreSQL's limit, the lowest among databases in use.
const plainName = /^[a-z_][a-z0-9_]{0,62}$/i

/** Why a name cannot be a table or column, `undefined` when it can. */
export function nameProblem(name: string): string | undefined {
  if (!plainName.test(name)) return "is not 1 to 63 letters, digits and underscores, beginning with no digit"
  const lower = name.toLowerCase()
  if (reservedWords.has(lower)) return "is a word of SQL"
  if (lower.startsWith("syncline_") || lower.startsWith("sqlite_")) return "begins with a reserved prefix"
  return undefined
}
