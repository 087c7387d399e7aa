import { isReference, type Reference, referenceName, type TextOrReference } from "../../../core/catalog/references.ts";
import { JobError } from "../../../core/job/job-error.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import type { Auth } from "./auth-schema.ts";
import { exchange, type OutgoingRequest } from "./exchange.ts";
import { setHeader } from "./headers.ts";
import { oauth2Source } from "./oauth2.ts";
import { settingName, settingText } from "./settings.ts";
import type { UsedCredentials } from "./shown-answer.ts";
import { withToken } from "./tokens.ts";

/** Sends a request with the credentials of its app, which replace any that the request has, and adds them to those that were used. */
export async function authorizedExchange(
  execution: Execution,
  auth: Auth,
  request: OutgoingRequest,
  used: UsedCredentials,
): Promise<Response> {
  const { secrets, signal } = execution;
  switch (auth.type) {
    case "none":
      return exchange(request, signal, execution);
    case "basic": {
      const [user, password] = await Promise.all([settingText(secrets, auth.username), secrets.resolve(auth.password)]);
      const header = basic(user, password, auth.username);
      used.add(password).add(`${user}:${password}`).add(header.slice("Basic ".length));
      // Some providers take their key as the name of a user.
      if (isReference(auth.username)) used.add(user);
      return exchange(withHeader(request, "authorization", header), signal, execution);
    }
    case "bearer": {
      const token = await secrets.resolve(auth.token);
      used.add(token);
      return exchange(withHeader(request, "authorization", `Bearer ${token}`, auth.token), signal, execution);
    }
    case "api_key": {
      const key = await secrets.resolve(auth.key);
      used.add(key);
      const keyed =
        auth.in === "query" ? withQuery(request, auth.name, key) : withHeader(request, auth.name, key, auth.key);
      return exchange(keyed, signal, execution);
    }
    case "oauth2": {
      const source = await oauth2Source(execution, auth, used);
      return withToken(execution, source, (token) => {
        used.add(token);
        return exchange(withHeader(request, "authorization", `Bearer ${token}`), signal, execution);
      });
    }
  }
}

/** RFC 7617: the user name ends at the first colon, so it cannot contain one. */
function basic(user: string, password: string, setting: TextOrReference): string {
  if (user.includes(":")) {
    throw new JobError("CONFIGURATION_ERROR", `${settingName(setting, "The user name")} must not contain a colon.`);
  }
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function withHeader(request: OutgoingRequest, name: string, value: string, reference?: Reference): OutgoingRequest {
  const headers = new Headers(request.headers);
  const who = reference ? `The credential header of ${referenceName(reference)}` : "The credential header";
  setHeader(headers, name, value, "CONFIGURATION_ERROR", who);
  return { ...request, headers };
}

function withQuery(request: OutgoingRequest, name: string, value: string): OutgoingRequest {
  const url = new URL(request.url);
  url.searchParams.set(name, value);
  return { ...request, url };
}
