import { useRefresh } from "../../api/use-poll.ts";
import { Button } from "../../ui/button.tsx";
import { Time } from "../../ui/time.tsx";
import { isLong, type Shown } from "./read-pages.ts";

interface Props {
  list: Shown<unknown>;
  onMore: () => void;
}

/** How far a list goes, and how it goes on. */
export function ListEnd({ list, onMore }: Props) {
  const refresh = useRefresh();
  const { lookedBackTo, hasMore } = list;
  if (!hasMore && !isLong(list)) return null;
  return (
    <div class="delivery-line delivery-end">
      {hasMore && <Button onClick={onMore}>{lookedBackTo !== undefined ? "Look further back" : "Show more"}</Button>}
      {isLong(list) && (
        <Button icon="refresh" onClick={() => void refresh()}>
          Read again
        </Button>
      )}
      {lookedBackTo !== undefined && (
        <p class="muted" role="status">
          Looked back to <Time at={lookedBackTo} />.
        </p>
      )}
    </div>
  );
}
