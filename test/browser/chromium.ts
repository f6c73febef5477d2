import { existsSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { chromium, type Page } from "playwright-core"
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

/** Serves `files` on a local port and opens `/` in a fresh headless Chromium. */
export async function openPage(files: PageFiles): Promise<OpenPage> {
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
  const browser = await chromium.launch({ executablePath: chromiumPath, args: flags })
  const context = await browser.newContext()
  const errors: string[] = []
  const another = async () => {
    const page = await context.newPage()
    page.on("pageerror", error => errors.push(String(error)))
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return page
  }
  const page = await another()
  const close = async () => {
    await browser.close()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
  return { page, requests, errors, another, close }
}
