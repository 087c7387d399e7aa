import { useState } from "preact/hooks";
import type { Webhook } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { useCan } from "../../api/me.ts";
import { useChange } from "../../api/use-change.ts";
import { usePoll } from "../../api/use-poll.ts";
import { webhooksOf } from "../../api/webhooks.ts";
import { Tag } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Table } from "../../ui/table.tsx";
import { TenantPicker, useTenant } from "../../ui/tenant-picker.tsx";
import { Ago, Time } from "../../ui/time.tsx";
import { byUrgency, nameOf, sentTo, tones } from "../../webhook/words.ts";

/** The endpoints of the catalog, with failed deliveries, and the disabled ones to enable. */
export function Webhooks() {
  const tenant = useTenant();
  const { data, error, isPending } = usePoll(tenant && webhooksOf(tenant));
  const webhooks = data ?? [];
  return (
    <Panel
      title="Webhooks"
      note={data && plural(webhooks.length, "endpoint")}
      actions={<TenantPicker tenant={tenant} />}
    >
      {isPending && <Skeleton />}
      {!data && <ErrorBanner error={error} />}
      {data && webhooks.length === 0 && (
        <EmptyState title="No webhook here">
          Endpoints belong to the catalog: write <code>webhooks</code> of the product, then deploy.
        </EmptyState>
      )}
      <ul>
        {byUrgency(webhooks).map((webhook) => (
          <Endpoint key={nameOf(webhook)} webhook={webhook} />
        ))}
      </ul>
    </Panel>
  );
}

function Endpoint({ webhook }: { webhook: Webhook }) {
  const { state, events, failing_since, disabled_at, reason, failures = 0, recent_failures = [] } = webhook;
  const can = useCan();
  return (
    <li class="endpoint">
      <div class="endpoint-head">
        <h3>{webhook.webhook}</h3>
        <Tag tone={tones[state]}>{state}</Tag>
        <span class="muted">{events.join(", ")}</span>
        <Link href={sentTo(webhook)}>Deliveries</Link>
        {state === "disabled" && can("jobs:admin", webhook) && <Enable webhook={webhook} />}
      </div>
      {state === "disabled" && (
        <p class="banner banner-bad">
          <span>
            Disabled {disabled_at !== undefined && <Time at={disabled_at} />}
            {reason !== undefined && `: ${reason}`}. Nothing is sent to it until it is enabled.
          </span>
        </p>
      )}
      {state === "failing" && (
        <p class="banner banner-warn">
          <span>
            {failures > 0 ? plural(failures, "delivery", "deliveries") : "Deliveries"} failed
            {failing_since !== undefined && (
              <>
                {" "}
                since <Time at={failing_since} />
              </>
            )}
            .
          </span>
        </p>
      )}
      {recent_failures.length > 0 && <Failures webhook={webhook} />}
    </li>
  );
}

const Failures = ({ webhook: { webhook, recent_failures = [] } }: { webhook: Webhook }) => (
  <details>
    <summary>{plural(recent_failures.length, "recent failure")}</summary>
    <Table
      label={`Failed deliveries of ${webhook}`}
      rows={recent_failures}
      keyOf={({ at, job_id, event, attempt }) => `${at} ${job_id} ${event} ${attempt}`}
      columns={[
        { id: "at", name: "Failed", cell: ({ at }) => <Ago at={at} /> },
        { id: "event", name: "Event", cell: ({ event }) => event },
        { id: "code", name: "Error", cell: ({ code }) => <Tag tone="bad">{code}</Tag> },
        { id: "attempt", name: "Attempt", right: true, cell: ({ attempt }) => <span class="num">{attempt}</span> },
        { id: "job", name: "Job", wide: true, cell: ({ job_id }) => <Link href={`/jobs/${job_id}`}>See the job</Link> },
      ]}
    />
  </details>
);

function Enable({ webhook }: { webhook: Webhook }) {
  const [asks, setAsks] = useState(false);
  const enable = useChange(
    () => ductape().webhooks.enable(webhook),
    () => `${webhook.webhook} is enabled`,
  );
  return (
    <>
      <Button tone="primary" onClick={() => setAsks(true)}>
        Enable
      </Button>
      {!asks && <ErrorBanner error={enable.error} />}
      {asks && (
        <Confirm
          title={`Enable ${webhook.webhook}?`}
          of={webhook}
          confirm="Enable"
          busy={enable.busy}
          error={enable.error}
          onClose={() => {
            setAsks(false);
            enable.reset();
          }}
          onConfirm={async () => {
            if (await enable.run()) setAsks(false);
          }}
        >
          <p>
            What happens from now on is sent to it again. What was left out meanwhile is not sent by itself: it is under
            Deliveries, and each can be sent from there.
          </p>
        </Confirm>
      )}
    </>
  );
}
