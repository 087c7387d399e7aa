import { reach } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import { useRefresh } from "../api/use-poll.ts";
import { Button } from "./button.tsx";
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
