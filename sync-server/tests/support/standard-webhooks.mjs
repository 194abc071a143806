// The specification's own library of Standard Webhooks: verifies a message of the hub, or signs one and posts it to the hub.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const require = createRequire(`${process.env.STANDARD_WEBHOOKS}/`)
const { Webhook } = require('standardwebhooks')

const [, , does, secret, place] = process.argv
const webhook = new Webhook(secret)
const said = readFileSync(0, 'utf8')

if (does === 'verify') {
  const { body, headers } = JSON.parse(said)
  try {
    webhook.verify(body, headers)
    console.log('verified')
  } catch (error) {
    console.log(error.name)
  }
} else {
  const now = new Date()
  const headers = {
    'content-type': 'application/json',
    'webhook-id': 'msg_of_another_program',
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': webhook.sign('msg_of_another_program', now, said),
  }
  const answer = await fetch(place, { method: 'POST', headers, body: said })
  console.log(answer.status)
}
