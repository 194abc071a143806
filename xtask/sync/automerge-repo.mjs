// automerge-repo and its websocket adapters, server and client, with documents that were made elsewhere.
//
//   node automerge-repo.mjs serve FOLDER ADDRESS [KEEP_ALIVE_MS]
//   node automerge-repo.mjs fill FOLDER ADDRESS
//   node automerge-repo.mjs talk FOLDER ADDRESS EDITS ROUND
//   node automerge-repo.mjs new FOLDER ADDRESS ROUND
//
// Server and client begin with the documents in memory, which is what each would have read from its disk. A client is in step
// when the server has said of every document that it has what the client has.

import fs from "node:fs"
import path from "node:path"
import { WebSocketServer } from "ws"
import * as Automerge from "@automerge/automerge"
import { Repo, stringifyAutomergeUrl, parseAutomergeUrl } from "@automerge/automerge-repo"
import { WebSocketClientAdapter, WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket"

const [what, folder, address, ...rest] = process.argv.slice(2)
const documents = JSON.parse(fs.readFileSync(path.join(folder, "documents.json"), "utf8"))
const [host, port] = address.split(":")

// The name of a document: its own id is a byte too long.
const named = document => parseAutomergeUrl(stringifyAutomergeUrl(new Uint8Array(Buffer.from(document.id, "hex").subarray(0, 16)))).documentId

function imported(repo) {
  return documents.map(document => repo.import(new Uint8Array(Buffer.from(document.saved, "base64")), { docId: named(document) }))
}

async function serve(keepAlive) {
  const wss = new WebSocketServer({ host, port: Number(port) })
  const adapter = keepAlive ? new WebSocketServerAdapter(wss, Number(keepAlive)) : new WebSocketServerAdapter(wss)
  const repo = new Repo({ peerId: "server", network: [adapter] })
  imported(repo)
  await new Promise(done => (wss.address() ? done() : wss.once("listening", done)))
  console.log("ready")
}

function print(began, count) {
  console.log(JSON.stringify({ ms: Math.round(performance.now() - began), documents: count }))
  // The connection would be kept for ever.
  process.exit(0)
}

// Connects, and calls back with each message that the server sends.
function connect(repo, heard) {
  const adapter = new WebSocketClientAdapter(`ws://${address}`)
  adapter.on("message", heard)
  repo.networkSubsystem.addNetworkAdapter(adapter)
}

async function talk(edits, round) {
  const repo = new Repo({ peerId: `client-${round}`, network: [] })
  const handles = imported(repo)
  await Promise.all(handles.map(handle => handle.whenReady()))
  for (const handle of handles.slice(0, edits)) {
    handle.change(document => {
      document.facts["production.place"] = `Bus stand ${round}, gate ${process.pid}`
    })
  }
  const wanted = new Map(handles.map(handle => [handle.documentId, Automerge.getHeads(handle.doc()).sort().join()]))
  const open = new Set(wanted.keys())
  const began = performance.now()
  connect(repo, message => {
    if (message.type !== "sync") return
    const heads = Automerge.decodeSyncMessage(message.data).heads.slice().sort().join()
    if (wanted.get(message.documentId) === heads) open.delete(message.documentId)
    if (open.size === 0) print(began, handles.length)
  })
}

// A device that knows the names of the documents and nothing else.
async function fresh(round) {
  const repo = new Repo({ peerId: `new-${round}`, network: [] })
  const began = performance.now()
  connect(repo, () => {})
  // Who looks for a document before somebody is there is told that nobody has it, and sometimes afterwards, too, until the
  // server announces it in a moment: that is waited for.
  await new Promise(there => repo.networkSubsystem.once("peer", there))
  const handles = await Promise.all(
    documents.map(async document => {
      const handle = await repo.find(stringifyAutomergeUrl(named(document)), { allowableStates: ["ready", "unavailable"] })
      await handle.whenReady()
      return handle
    }),
  )
  const whole = handles.filter(handle => Automerge.getAllChanges(handle.doc()).length >= 30)
  print(began, whole.length)
}

if (what === "serve") await serve(rest[0])
else if (what === "fill") print(performance.now(), documents.length)
else if (what === "talk") await talk(Number(rest[0]), rest[1])
else await fresh(rest[0])
