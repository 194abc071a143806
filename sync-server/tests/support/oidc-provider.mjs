// An OpenID Connect provider that others wrote, for one client. It says where it is, and ends when whoever started it has gone.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { default: Provider } = await import(
  pathToFileURL(join(process.env.OIDC_PROVIDER, 'node_modules/oidc-provider/lib/index.js'))
)

const [, , redirect, clientId, clientSecret] = process.argv
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirect] }],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, employee_id: `E-${id}` }) }),
    claims: { openid: ['sub'], staff: ['employee_id'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['signs the cookies of this run'] },
    jwks: { keys: [{ ...key, use: 'sig', alg: 'RS256' }] },
    pkce: { required: () => true },
  })
  server.on('request', provider.callback())
  console.log(issuer)
})
process.stdin.resume()
process.stdin.on('end', () => process.exit())
