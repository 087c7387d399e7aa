import { credentialPlaceholder, type StepCredentials } from "../../../core/job/credential-placeholder.ts";
import { invalidRequest } from "../../../core/kernel/request-error.ts";
import type { AcceptedRequest } from "../../../core/requests/request.ts";

/** What stands for credentials in the inputs of the steps that a decision starts. */
export interface CredentialPlaceholders {
  /** For the scope of the steps' expressions. */
  credential: (app: string, key: string) => string;
  /** The credentials that the input of a step refers to, if any. Throws INVALID_REQUEST if they are of an app that it does not call. */
  in: (request: Pick<AcceptedRequest, "input" | "event">) => StepCredentials | undefined;
}

export function credentialPlaceholders(): CredentialPlaceholders {
  const id = crypto.randomUUID();
  const used = new Map<string, { app: string; key: string }>();
  return {
    credential(app, key) {
      const placeholder = credentialPlaceholder(app, key, id);
      used.set(placeholder, { app, key });
      return placeholder;
    },
    in({ input, event }) {
      if (used.size === 0) return undefined;
      const json = JSON.stringify(input);
      const found = [...used].flatMap(([placeholder, of]) => (json.includes(placeholder) ? [of] : []));
      if (found.length === 0) return undefined;
      const app = String(event.app);
      if (event.type !== "action" || found.some((of) => of.app !== app)) {
        throw invalidRequest([
          { pointer: "/input", detail: "refers to a credential of an app that the step does not call" },
        ]);
      }
      return { app, keys: found.map(({ key }) => key), id };
    },
  };
}
