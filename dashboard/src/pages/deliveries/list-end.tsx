import { useRefresh } from "../../api/use-poll.ts";
import { Button } from "../../ui/button.tsx";
import { plural } from "../../ui/format.ts";
import { Time } from "../../ui/time.tsx";
import { isLong, type Matching } from "./read-matching.ts";

interface Props {
  list: Matching<unknown>;
  /** Whether only some outcome is looked for. */
  filtered: boolean;
  onMore: () => void;
}

/** How far a list goes, and how it goes on. */
export function ListEnd({ list, filtered, onMore }: Props) {
  const refresh = useRefresh();
  const { examined, lookedBackTo, hasMore } = list;
  if (!hasMore && !isLong(list)) return null;
  return (
    <div class="delivery-line delivery-end">
      {hasMore && <Button onClick={onMore}>{filtered ? "Look further back" : "Show more"}</Button>}
      {isLong(list) && (
        <Button icon="refresh" onClick={() => void refresh()}>
          Read again
        </Button>
      )}
      {filtered && hasMore && lookedBackTo !== undefined && (
        <p class="muted" role="status">
          Looked at {plural(examined, "delivery", "deliveries")}, back to <Time at={lookedBackTo} />.
        </p>
      )}
    </div>
  );
}
