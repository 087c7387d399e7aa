import { agents, withinABurst } from "../../../aws/client/agents.ts";
import { roleCredentials } from "../../../aws/client/role-credentials.ts";

/** The client of a region, or of the consumer's own. */
export type RegionalClients<Client> = (region: string | undefined) => Promise<Client>;

/**
 * What every client here is made with: one try, as what follows a failure is the job's retry policy, which counts it. Nothing
 * is sent on a connection from before a freeze, as a message whose connection fails may have been sent.
 */
export const clientSettings = (region: string | undefined) => ({
  credentials: roleCredentials,
  ...(region !== undefined && { region }),
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: 3000,
    requestTimeout: 20_000,
    throwOnRequestTimeout: true,
    ...agents(withinABurst),
  },
});

/** A client a region, made when it is first asked for and kept while this Lambda is warm. */
export function regionalClients<Client>(make: RegionalClients<Client>): RegionalClients<Client> {
  const clients = new Map<string | undefined, Promise<Client>>();
  return (region) => {
    const client = clients.get(region) ?? make(region);
    clients.set(region, client);
    return client;
  };
}
