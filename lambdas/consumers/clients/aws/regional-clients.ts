import { agents, recentConnectionsOnly } from "../../../aws/client/agents.ts";
import { roleCredentials } from "../../../aws/client/role-credentials.ts";

interface ClientSettings {
  /** Default: the consumer's own. */
  region?: string | undefined;
  /** Default: AWS's own. */
  endpoint?: string | undefined;
  /** Milliseconds. Default: 3000. */
  connectionTimeout?: number;
  /** Milliseconds. Default: none, as the job has its own timeout. */
  requestTimeout?: number;
}

/**
 * The settings of every AWS client that runs jobs. It tries once, because retries are up to the job's retry policy, which counts
 * them and waits as long as the service asks. It uses no connection from before a freeze, because a request whose connection
 * fails may have taken effect.
 */
export const clientSettings = ({ region, endpoint, connectionTimeout = 3000, requestTimeout }: ClientSettings) => ({
  credentials: roleCredentials,
  ...(region !== undefined && { region }),
  ...(endpoint !== undefined && { endpoint }),
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout,
    ...(requestTimeout !== undefined && { requestTimeout, throwOnRequestTimeout: true }),
    ...agents(recentConnectionsOnly),
  },
});

/** Makes one client per place (a region, or a region and an endpoint), and keeps it while this Lambda is warm. */
export function clientPerPlace<Place extends (string | undefined)[], Client>(
  make: (...place: Place) => Client,
  clients = new Map<string, Client>(),
): (...place: Place) => Client {
  return (...place) => {
    const name = JSON.stringify(place);
    const client = clients.get(name) ?? make(...place);
    clients.set(name, client);
    return client;
  };
}
