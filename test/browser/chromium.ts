import { existsSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { type Browser, chromium, type Page } from "playwright-core"
import type { PageFiles } from "./bundled-page.ts"

/** Where the browser is: `CHROMIUM_PATH`, or Debian's. */
const chromiumPath: string = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium"

/** Why browser tests cannot run here, or undefined where they can. */
export const chromiumMissing: string | undefined = existsSync(chromiumPath)
  ? undefined
  : `no ${chromiumPath}: install Debian's package chromium, or set CHROMIUM_PATH, to run these`

/** An open page, and everything it has loaded so far. */
export interface OpenPage {
  readonly page: Page
  /** Paths in the order they were asked for. */
  readonly requests: readonly string[]
  /** What the page threw or printed as an error. */
  readonly errors: readonly string[]
  /** Opens the same in another tab. */
  another(): Promise<Page>
  close(): Promise<void>
}

// A container has no user namespaces for the sandbox, and the rest keeps the browser from calling home.
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

/** A fresh headless Chromium. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args: flags })
}

/** A local origin. */
export interface ServedPage {
  readonly url: string
  /** Paths in the order they were asked for. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** Serves `files` on a local port. */
export async function servePage(files: PageFiles): Promise<ServedPage> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname
    requests.push(path)
    const body = files.get(path)
    const type = path.endsWith(".js") ? "text/javascript" : "text/html"
    // A policy without eval: what our users' pages are told to have.
    const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
    response.writeHead(body === undefined ? 404 : 200, {
      "content-type": type,
      "content-security-policy": policy
    })
    response.end(body)
  })
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

/** Serves `files` on a local port and opens `/` in a fresh headless Chromium. */
export async function openPage(files: PageFiles): Promise<OpenPage> {
  const served = await servePage(files)
  const browser = await launchChromium()
  const context = await browser.newContext()
  const errors: string[] = []
  const another = async () => {
    const page = await context.newPage()
    page.on("pageerror", error => errors.push(String(error)))
    await page.goto(served.url)
    return page
  }
  const page = await another()
  const close = async () => {
    await browser.close()
    await served.close()
  }
  return { page, requests: served.requests, errors, another, close }
}

/** A Chromium with a profile on disk. */
export interface ProfileChromium {
  readonly page: Page
  /** Ends the browser's process at once, with no time to write anything. */
  kill(): Promise<void>
}

/** Starts Chromium on a profile, with more flags, and opens `url` in it. */
export async function startChromium(
  profile: string,
  url: string,
  more: readonly string[] = []
): Promise<ProfileChromium> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    args: [...flags, ...more]
  })
  const ended = new Promise<void>(resolve => context.once("close", () => resolve()))
  const kill = async () => {
    const devtools = await context.browser()?.newBrowserCDPSession()
    const processes = (await devtools?.send("SystemInfo.getProcessInfo"))?.processInfo ?? []
    const id = processes.find(({ type }) => type === "browser")?.id
    if (id === undefined) throw new Error("Chromium does not say which process it is")
    process.kill(id, "SIGKILL")
    await ended
  }
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(url)
  return { page, kill }
}
