import { useState } from "preact/hooks";
import type { Series } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { useCan } from "../../api/me.ts";
import { useChange } from "../../api/use-change.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import type { IconName } from "../../ui/icons.tsx";
import { Time } from "../../ui/time.tsx";

type Action = "run" | "skip" | "pause" | "resume" | "cancel";

interface Words {
  name: string;
  icon: IconName;
  done: string;
  /** What happens, for the question; an action without one is done at once. */
  asks?: string;
  /** It cannot be undone. */
  danger?: boolean;
  call: (id: string) => Promise<unknown>;
}

const actions: Record<Action, Words> = {
  run: {
    name: "Run now",
    icon: "play",
    done: "It runs now",
    asks: "It starts at once. The series continues as before.",
    call: (id) => ductape().jobs.runNow(id),
  },
  skip: {
    name: "Skip next",
    icon: "skip",
    done: "The next run is skipped",
    asks: "The run that is due next is left out, and the series goes on with the one after it.",
    call: (id) => ductape().jobs.skipNext(id),
  },
  pause: {
    name: "Pause",
    icon: "pause",
    done: "Paused",
    asks: "No run starts until it is resumed. A run that has started continues to its end.",
    call: (id) => ductape().jobs.pause(id),
  },
  cancel: {
    name: "Cancel the series",
    icon: "close",
    done: "Cancelled",
    asks: "The series ends: it has no further run, and one under way is discarded. This cannot be undone.",
    danger: true,
    call: (id) => ductape().jobs.cancel(id),
  },
  resume: { name: "Resume", icon: "play", done: "Resumed", call: (id) => ductape().jobs.resume(id) },
};

/** What can be done with a series in its status. */
const possible: Record<string, Action[]> = {
  scheduled: ["run", "skip", "pause", "cancel"],
  queued: ["pause", "cancel"],
  running: ["pause", "cancel"],
  paused: ["resume", "cancel"],
};

export function SeriesActions({ series }: { series: Series }) {
  const can = useCan();
  const [asked, ask] = useState<Action>();
  const change = useChange(
    (action: Action) => actions[action].call(series.job_id),
    (_, action) => `${series.event}: ${actions[action].done.toLowerCase()}`,
  );
  if (!can("jobs:write", series)) return null;
  const press = (action: Action) => (actions[action].asks === undefined ? void change.run(action) : ask(action));
  const close = () => {
    ask(undefined);
    change.reset();
  };
  return (
    <div class="series-actions">
      {(possible[series.status] ?? []).map((action) => (
        <Button
          key={action}
          icon={actions[action].icon}
          tone={actions[action].danger ? "danger" : "plain"}
          busy={change.busy}
          onClick={() => press(action)}
        >
          {actions[action].name}
        </Button>
      ))}
      {!asked && <ErrorBanner error={change.error} />}
      {asked && (
        <Confirm
          title={`${actions[asked].name}: ${series.event}`}
          of={series}
          confirm={actions[asked].name}
          danger={actions[asked].danger ?? false}
          busy={change.busy}
          error={change.error}
          onClose={close}
          onConfirm={async () => {
            if (await change.run(asked)) close();
          }}
        >
          <p>{actions[asked].asks}</p>
          {asked === "cancel" && series.schedule !== undefined && (
            <p class="muted">
              It is the schedule {series.schedule} of the catalog: a deployment that changes the catalog makes it again.
            </p>
          )}
          {asked === "skip" && series.next_runs[1] && (
            <p class="muted">
              <Time at={series.next_runs[0]?.at} /> is left out, <Time at={series.next_runs[1].at} /> is next.
            </p>
          )}
        </Confirm>
      )}
    </div>
  );
}
