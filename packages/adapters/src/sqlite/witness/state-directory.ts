import { homedir } from "node:os"
import { join } from "node:path"

/**
 * Where this user's machine-bound state goes by the platform's convention: not part of what people copy, sync or restore
 * as "the data". `SYNCLINE_STATE_DIR` overrides it.
 *
 * - Windows: `%LOCALAPPDATA%\Syncline`
 * - macOS: `~/Library/Application Support/Syncline`
 * - others: `$XDG_STATE_HOME/syncline`, else `~/.local/state/syncline` (XDG Base Directory Specification 0.8)
 */
export function stateDirectory(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform
): string {
  const { SYNCLINE_STATE_DIR: chosen, LOCALAPPDATA: local, XDG_STATE_HOME: xdg } = environment
  if (chosen !== undefined && chosen !== "") return chosen
  if (platform === "win32") return join(local ?? join(homedir(), "AppData", "Local"), "Syncline")
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "Syncline")
  // The specification has relative paths ignored.
  return xdg?.startsWith("/") === true
    ? join(xdg, "syncline")
    : join(homedir(), ".local", "state", "syncline")
}
