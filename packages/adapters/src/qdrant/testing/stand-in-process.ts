import { QdrantStandIn } from "./qdrant-stand-in.ts"

// A server of its own process, as servers are: what a client costs is then not mixed with what its server does. It ends with who started it.
const standIn = await QdrantStandIn.start()
process.send?.(standIn.url)
process.once("disconnect", () => process.exit())
