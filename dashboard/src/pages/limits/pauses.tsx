import { useState } from "preact/hooks";
import type { Pause } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { useCan } from "../../api/me.ts";
import { usePauses } from "../../api/pauses.ts";
import { useChange } from "../../api/use-change.ts";
import { Tag } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { count, plural } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { Tenant } from "../../ui/tenant-picker.tsx";
import { Ago, Time } from "../../ui/time.tsx";
import { PauseDialog } from "./pause-dialog.tsx";
import { scopeWords } from "./words.ts";

/** What is paused in this env, and a button that pauses more. */
export function Pauses({ tenant }: { tenant: Tenant }) {
  const all = usePauses();
  const can = useCan();
  const [asks, setAsks] = useState(false);
  const pauses = all?.filter(
    ({ product_tag, env }) => product_tag === tenant.product_tag && (env === undefined || env === tenant.env),
  );
  return (
    <Panel
      title="Pauses"
      actions={
        can("jobs:admin", tenant) && (
          <Button icon="pause" onClick={() => setAsks(true)}>
            Pause
          </Button>
        )
      }
    >
      {!pauses && <Skeleton />}
      {pauses?.length === 0 && <EmptyState title="Nothing is paused" />}
      <ul>
        {pauses?.map((pause) => (
          <PauseItem key={pause.id} pause={pause} />
        ))}
      </ul>
      {asks && <PauseDialog tenant={tenant} onClose={() => setAsks(false)} />}
    </Panel>
  );
}

function PauseItem({ pause }: { pause: Pause }) {
  const can = useCan();
  const [asks, setAsks] = useState(false);
  const { state, reason, since, until, by, drain_per_second, released = 0 } = pause;
  const isActive = state === "active";
  return (
    <li class="pause">
      <div class="pause-text">
        <p class="pause-head">
          <strong>
            <Plain text={scopeWords(pause)} />
          </strong>
          <Tag tone={isActive ? "warn" : "good"}>{isActive ? "paused" : "starting again"}</Tag>
        </p>
        <p>
          <Plain text={reason} />
        </p>
        <p class="muted">
          since <Time at={since} /> <Ago at={since} />
          {by !== undefined && ` by ${by}`}
          {isActive && until !== undefined && (
            <>
              , until <Time at={until} />
            </>
          )}
          {!isActive && `: ${plural(released, "job")} released, ${count(drain_per_second)} per second`}
        </p>
      </div>
      {isActive && can("jobs:admin", pause) && (
        <Button icon="play" onClick={() => setAsks(true)}>
          End the pause
        </Button>
      )}
      {asks && <EndPause pause={pause} onClose={() => setAsks(false)} />}
    </li>
  );
}

function EndPause({ pause, onClose }: { pause: Pause; onClose: () => void }) {
  const change = useChange(
    () => ductape().pauses.end(pause.id),
    () => "The pause has ended",
  );
  return (
    <Confirm
      title={`End the pause of ${scopeWords(pause)}?`}
      of={pause}
      confirm="End the pause"
      busy={change.busy}
      error={change.error}
      onConfirm={() => void change.run().then((worked) => worked && onClose())}
      onClose={onClose}
    >
      <p>
        The jobs that it held start from ten seconds later, {plural(pause.drain_per_second, "job")} per second at most,
        in the order of their times.
      </p>
    </Confirm>
  );
}
