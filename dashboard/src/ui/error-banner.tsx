import type { ComponentChildren } from "preact";
import { DuctapeError, InvalidRequestError, NotFoundError } from "../../../sdk/src/errors.ts";
import { remedyOf } from "./remedy.ts";

/** An error of the API with its code, what it says, where, and what to do. */
export function ErrorBanner({ error, children }: { error: unknown; children?: ComponentChildren }) {
  if (error === undefined || error === null) return null;
  const known = error instanceof DuctapeError ? error : undefined;
  const faults = error instanceof InvalidRequestError || error instanceof NotFoundError ? error.errors : [];
  const message = (error instanceof Error ? error.message : String(error)).split("\n")[0];
  return (
    <div class="banner banner-bad" role="alert">
      <p>
        {known && <code class="banner-code">{known.code}</code>} {message}
      </p>
      {faults.length > 0 && (
        <ul class="faults">
          {faults.map(({ pointer, detail }) => (
            <li key={pointer + detail}>
              <code>{pointer || "/"}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      <p class="banner-note">
        {remedyOf(known)}
        {known?.requestId && (
          <>
            {" "}
            Request <code>{known.requestId}</code>
          </>
        )}
      </p>
      {children}
    </div>
  );
}
