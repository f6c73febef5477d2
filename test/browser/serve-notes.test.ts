import { connect } from "node:net"
import { join } from "node:path"
import { memoryStore } from "@syncline/core"
import { expect, test } from "vitest"
import { serveNotes } from "../../examples/notes-web/serve-notes.ts"

/** The first line of what comes back. */
function ask(url: string, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    )
    socket.on("data", answer => resolve(answer.toString().split("\r\n")[0] ?? ""))
    socket.on("error", reject)
  })
}

test("[WE3] whatever is asked for, the server goes on", async () => {
  const server = await serveNotes(memoryStore(), join(import.meta.dirname, "../../examples/notes-web"))
  try {
    for (const target of ["//", "http://[/", "/nowhere", "/%2e%2e/tour/tour.ts", "/../tour/tour.ts"])
      expect([target, await ask(server.url, target)]).toEqual([target, "HTTP/1.1 404 Not Found"])
    expect(await ask(server.url, "/")).toBe("HTTP/1.1 200 OK")
  } finally {
    await server.close()
  }
})
