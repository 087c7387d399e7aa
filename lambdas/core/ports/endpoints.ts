import type { Disabled, EndpointFailure, EndpointState } from "../catalog/endpoint-state.ts";
import type { EndpointName } from "../catalog/webhook.ts";

/** The state of webhook endpoints. Only those that fail have one. */
export interface Endpoints {
  get(name: EndpointName): Promise<EndpointState | undefined>;
  /** Counts a failure, and keeps it among the last ones. Returns the state with this failure. */
  failed(name: EndpointName, failure: EndpointFailure): Promise<EndpointState>;
  /** Forgets the failures of an endpoint, unless it is disabled. */
  recovered(name: EndpointName): Promise<void>;
  /** Returns whether this call has disabled it, and not another delivery under this URL. */
  disable(name: EndpointName, disabled: Disabled): Promise<boolean>;
  /** Records that it was announced that the endpoint is disabled. */
  announced(name: EndpointName): Promise<void>;
  /** Deletes the state of a disabled endpoint, so that it counts as healthy. One that is not disabled stays unchanged. */
  enable(name: EndpointName): Promise<void>;
}
