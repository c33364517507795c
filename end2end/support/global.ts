import { rm } from 'node:fs/promises'
import { results, startServers } from './servers'

/** One pair of servers for the whole run, with the demo workspace. Addresses reach the tests by the environment. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  await rm(results, { recursive: true, force: true })
  const servers = await startServers()
  process.env.PROSA_E2E_URL = servers.url
  process.env.PROSA_E2E_SIM = servers.sim
  process.env.PROSA_E2E_LOGINS = servers.logins
  process.env.PROSA_E2E_DATA = servers.data
  return servers.stop
}
