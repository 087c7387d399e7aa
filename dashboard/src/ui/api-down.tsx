import { DuctapeError } from "../../../sdk/src/errors.ts";
import { reach, refusals } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import { useRefresh } from "../api/use-poll.ts";
import { Button } from "./button.tsx";
import { remedyOf } from "./remedy.ts";
import { Time } from "./time.tsx";

/** The API does not answer: what was read stays on screen, with how old it is. */
export function ApiDown() {
  const { at, down } = useStore(reach);
  const refresh = useRefresh();
  if (!down) return null;
  return (
    <div class="banner banner-warn banner-row" role="alert">
      <p>
        The API does not answer.{" "}
        {at !== undefined && (
          <>
            What you see is from <Time at={at} date={false} />.
          </>
        )}{" "}
        The page tries again every 10 s.
      </p>
      <Button onClick={() => void refresh()}>Try now</Button>
    </div>
  );
}

/** The API refuses to say anew what is on screen: that is old, although nothing else shows it. */
export function ApiRefuses() {
  const [error] = useStore(refusals).values();
  if (error === undefined) return null;
  const known = error instanceof DuctapeError ? error : undefined;
  return (
    <div class="banner banner-warn" role="status">
      <p>
        {known && <code class="banner-code">{known.code}</code>} Part of what you see is from before: the API has
        refused to say it anew. The page tries again by itself.
      </p>
      <p class="banner-note">{remedyOf(known)}</p>
    </div>
  );
}
