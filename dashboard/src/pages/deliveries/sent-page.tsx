import { useState } from "preact/hooks";
import { useParams } from "wouter";
import { NotFoundError } from "../../../../sdk/src/errors.ts";
import type { WebhookDelivery } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { useCan } from "../../api/me.ts";
import { query } from "../../api/request.ts";
import { useChange } from "../../api/use-change.ts";
import { usePoll } from "../../api/use-poll.ts";
import { shownBody } from "../../job/answer-text.ts";
import { Tag } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyText } from "../../ui/copy-button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Moment } from "../../ui/moment.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Fact, Facts, Panel } from "../../ui/panel.tsx";
import { PageSkeleton } from "../../ui/skeleton.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { type Tenant, useTenant } from "../../ui/tenant-picker.tsx";
import { Duration, Time } from "../../ui/time.tsx";
import { BodyView } from "./body-view.tsx";
import { Gone } from "./gone.tsx";
import { sentMeaning, sentTones } from "./words.ts";
import "./deliveries.css";

const deliveryOf = defineQuery("sent-delivery", (tenant: Tenant, webhook: string, id: string) =>
  ductape().webhooks.delivery({ ...tenant, webhook, id }),
);

/** Bodies of events are JSON, and most answers are. What is none is shown as it came. */
const json = { "content-type": "application/json" };

/** One event that is told to an endpoint: each attempt, what is sent, and what was answered last. */
export function SentPage() {
  const { webhook = "", id = "" } = useParams<{ webhook: string; id: string }>();
  const tenant = useTenant();
  const { data: delivery, error } = usePoll(tenant && deliveryOf(tenant, webhook, id));
  if (!delivery) {
    if (error instanceof NotFoundError) return <Gone id={id} to="/deliveries?kind=sent" />;
    return error ? <ErrorBanner error={error} /> : <PageSkeleton />;
  }
  return <Sent delivery={delivery} />;
}

function Sent({ delivery }: { delivery: WebhookDelivery }) {
  const can = useCan();
  const { id, at, product_tag, env, webhook, webhook_id, type, job_id, outcome, next_at, attempts, body } = delivery;
  return (
    <>
      <PageHeader
        title={`${type} to ${webhook}`}
        actions={can("jobs:write", delivery) && <ResendAction delivery={delivery} />}
      >
        <span class="delivery-line">
          <Tag tone={sentTones[outcome] ?? "plain"}>{outcome}</Tag>
          <span>
            {product_tag} {env}
          </span>
          <CopyText text={id} label="Copy the id" />
        </span>
      </PageHeader>
      <Panel title="What came of it">
        <div class="panel-body stack">
          {sentMeaning[outcome] !== undefined && <p>{sentMeaning[outcome]}</p>}
          <Facts>
            <Moment name="Happened" at={at} />
            {outcome === "retrying" && next_at !== undefined && <Moment name="Next attempt" at={next_at} />}
            <Fact name="webhook-id">
              <code>{webhook_id}</code>
            </Fact>
            {job_id !== undefined && (
              <Fact name="About">
                <Link href={`/jobs/${job_id}`}>See the job</Link>
              </Fact>
            )}
          </Facts>
          <Link href={`/deliveries${query({ kind: "sent", of: webhook, product: product_tag, env })}`}>
            All deliveries to {webhook}
          </Link>
        </div>
      </Panel>
      <Panel title={attempts.length === 0 ? "No attempt" : plural(attempts.length, "attempt")}>
        {attempts.length === 0 ? (
          <p class="panel-body muted">Nothing was sent.</p>
        ) : (
          <Table label="Attempts" columns={columns} rows={attempts} keyOf={(one) => `${one.at} ${one.attempt}`} />
        )}
      </Panel>
      <Answer delivery={delivery} />
      {body !== undefined && (
        <Panel title="Body" note="as it is sent in each attempt">
          <BodyView text={shownBody(body, json)} copy={body} label="Body" />
        </Panel>
      )}
    </>
  );
}

type Attempt = WebhookDelivery["attempts"][number];

const columns: Column<Attempt>[] = [
  { id: "attempt", name: "Attempt", cell: ({ attempt }) => <span class="num">{attempt}</span> },
  {
    id: "answer",
    name: "Answer",
    cell: ({ status, code }) => (
      <span class="delivery-head">
        {status === undefined ? <span class="muted">none</span> : <span class="num">{status}</span>}
        {code !== undefined && <Tag tone="bad">{code}</Tag>}
      </span>
    ),
  },
  { id: "took", name: "Took", right: true, cell: ({ ms }) => <Duration ms={ms} /> },
  { id: "at", name: "Made", right: true, wide: true, cell: ({ at }) => <Time at={at} precision="ms" /> },
];

/** What the receiver has answered last: it may say anything, so that it is for keys that may see inputs. */
function Answer({ delivery }: { delivery: WebhookDelivery }) {
  const can = useCan();
  const { answer, attempts } = delivery;
  const title = "Last answer of the receiver";
  if (!can("jobs:input", delivery))
    return (
      <Panel title={title}>
        <p class="panel-body muted">
          Shown to keys with <code>jobs:input</code>.
        </p>
      </Panel>
    );
  if (answer === undefined)
    return attempts.length === 0 ? null : (
      <Panel title={title}>
        <p class="panel-body muted">No answer came.</p>
      </Panel>
    );
  const { status, body, cut } = answer;
  return (
    <Panel title={title} note={`${status}${cut ? ", its first 4 KB" : ""}`}>
      {body === "" ? (
        <p class="panel-body muted">It came without a body.</p>
      ) : (
        <BodyView text={shownBody(body, json)} copy={body} label={title} />
      )}
    </Panel>
  );
}

/** Has it sent again, after a question. */
function ResendAction({ delivery }: { delivery: WebhookDelivery }) {
  const [isOpen, setOpen] = useState(false);
  const { product_tag, env, webhook, id, type, outcome } = delivery;
  const resend = useChange(
    () => ductape().webhooks.resend({ product_tag, env, webhook, id }),
    () => `${type} is sent again in a moment`,
  );
  const close = () => {
    setOpen(false);
    resend.reset();
  };
  return (
    <>
      <Button tone="primary" onClick={() => setOpen(true)}>
        Resend
      </Button>
      {!isOpen && <ErrorBanner error={resend.error} />}
      {isOpen && (
        <Confirm
          title="Send this again"
          of={delivery}
          confirm="Send it again"
          busy={resend.busy}
          error={resend.error}
          onConfirm={() => void resend.run().then((worked) => worked && close())}
          onClose={close}
        >
          <p>
            <strong>
              {type} to {webhook}
            </strong>
          </p>
          <p class="muted">
            The same body goes to the URL that the endpoint has now, and is tried again as a new one is. Its receiver
            knows it by its webhook-id{outcome === "delivered" && ", and has taken it already"}.
          </p>
        </Confirm>
      )}
    </>
  );
}
