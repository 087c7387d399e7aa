import { useState } from "preact/hooks";
import { useParams } from "wouter";
import { NotFoundError } from "../../../../sdk/src/errors.ts";
import type { HookDelivery, Replay } from "../../../../sdk/src/index.ts";
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
import { TextField } from "../../ui/field.tsx";
import { count, plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Moment } from "../../ui/moment.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Fact, Facts, Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { PageSkeleton } from "../../ui/skeleton.tsx";
import { type Tenant, useTenant } from "../../ui/tenant-picker.tsx";
import { BodyView } from "./body-view.tsx";
import { Gone } from "./gone.tsx";
import { Became } from "./received-list.tsx";
import { bodyMissing, receivedMeaning, receivedTones, replayWords, titleOf } from "./words.ts";
import "./deliveries.css";

const deliveryOf = defineQuery("received-delivery", (tenant: Tenant, hook: string, id: string) =>
  ductape().hooks.delivery({ ...tenant, hook, id }),
);

/** One delivery to a hook: what came of it, what was wrong, and what was sent. */
export function ReceivedPage() {
  const { hook = "", id = "" } = useParams<{ hook: string; id: string }>();
  const tenant = useTenant();
  const { data: delivery, error } = usePoll(tenant && deliveryOf(tenant, hook, id), { once: true });
  if (!delivery) {
    if (error instanceof NotFoundError) return <Gone id={id} to="/deliveries" />;
    return error ? <ErrorBanner error={error} /> : <PageSkeleton />;
  }
  return <Received delivery={delivery} />;
}

function Received({ delivery }: { delivery: HookDelivery }) {
  const can = useCan();
  const [replayed, setReplayed] = useState<Replay>();
  const { id, at, product_tag, env, hook, outcome, event, body_bytes, delivery_id } = delivery;
  return (
    <>
      <PageHeader
        title={`Delivery to ${hook}`}
        actions={
          delivery.replayable &&
          can("jobs:write", delivery) && <ReplayAction delivery={delivery} onDone={setReplayed} />
        }
      >
        <span class="delivery-line">
          <Tag tone={receivedTones[outcome] ?? "plain"}>{outcome}</Tag>
          <span>
            {product_tag} {env}
          </span>
          <CopyText text={id} label="Copy the id" />
        </span>
      </PageHeader>
      {replayed && <Replayed replay={replayed} />}
      <Panel title="What came of it">
        <div class="panel-body stack">
          {receivedMeaning[outcome] !== undefined && <p>{receivedMeaning[outcome]}</p>}
          <Facts>
            <Moment name="Came" at={at} />
            {delivery_id !== undefined && (
              <Fact name="The provider's id">
                <Plain text={delivery_id} />
              </Fact>
            )}
            <Fact name="Became">
              <Became delivery={delivery} />
            </Fact>
            {event !== undefined && delivery.job_id === undefined && <Fact name="Event of the hook">{event}</Fact>}
            <Fact name="Size of the body">{plural(body_bytes, "byte")}</Fact>
          </Facts>
          <Link href={`/deliveries${query({ of: hook, product: product_tag, env })}`}>All deliveries to {hook}</Link>
        </div>
      </Panel>
      <Refusal delivery={delivery} />
      <Body delivery={delivery} />
      <Headers delivery={delivery} />
    </>
  );
}

/** What a replay has made, and the way to it. */
const Replayed = ({ replay }: { replay: Replay }) => (
  <p class="banner banner-good banner-row" role="status">
    <span>{replayWords(replay)}.</span>
    {replay.job_id !== undefined && <Link href={`/jobs/${replay.job_id}`}>See the job</Link>}
  </p>
);

/** The places that were wrong. */
function Refusal({ delivery: { code, errors = [] } }: { delivery: HookDelivery }) {
  if (code === undefined) return null;
  return (
    <Panel title="What was wrong" note={code}>
      <div class="panel-body stack">
        {errors.length === 0 ? (
          <p class="muted">The log of the hooks has more, under the time at which it came.</p>
        ) : (
          <ul class="faults">
            {errors.map(({ pointer, detail }) => (
              <li key={pointer + detail}>
                <code>{pointer || "/"}</code> <Plain text={detail} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}

const missing = {
  "not kept": "It was not kept: bodies of more than 256 KB are not, and none where the hook says so.",
  redacted: "It is shown to nobody: the event of the hook hides parts of its inputs, which may be anywhere in it.",
};

function Body({ delivery }: { delivery: HookDelivery }) {
  const can = useCan();
  const { body, body_encoding, headers = {} } = delivery;
  if (body === undefined) {
    const why = bodyMissing(delivery, can("jobs:input", delivery));
    return (
      <Panel title="Body">
        <p class="panel-body muted">
          {why === "not allowed" ? (
            <>
              Shown to keys with <code>jobs:input</code>.
            </>
          ) : (
            missing[why]
          )}
        </p>
      </Panel>
    );
  }
  return (
    <Panel title="Body" note={body_encoding && "no text, in base64"}>
      {body === "" ? (
        <p class="panel-body muted">It came without one.</p>
      ) : (
        <BodyView text={shownBody(body, headers)} copy={body} label="Body" />
      )}
    </Panel>
  );
}

function Headers({ delivery: { headers = {} } }: { delivery: HookDelivery }) {
  const all = Object.entries(headers);
  if (all.length === 0) return null;
  return (
    <Panel title="Headers" note={`${count(all.length)} kept, without signatures and credentials`}>
      <dl class="delivery-headers">
        {all.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Plain text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

/** Makes its job or signal again, after a question. */
function ReplayAction({ delivery, onDone }: { delivery: HookDelivery; onDone: (replay: Replay) => void }) {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const { product_tag, env, hook, id } = delivery;
  const replay = useChange(async () => {
    const key = name.trim();
    const made = await ductape().hooks.replay(
      { product_tag, env, hook, id },
      key === "" ? {} : { idempotency_key: key },
    );
    onDone(made);
    return made;
  }, replayWords);
  const close = () => {
    setOpen(false);
    replay.reset();
  };
  return (
    <>
      <Button tone="primary" onClick={() => setOpen(true)}>
        Replay
      </Button>
      {!isOpen && <ErrorBanner error={replay.error} />}
      {isOpen && (
        <Confirm
          title="Replay this delivery"
          of={delivery}
          confirm="Replay it"
          busy={replay.busy}
          error={replay.error}
          onConfirm={() => void replay.run().then((worked) => worked && close())}
          onClose={close}
        >
          <p>
            <strong>{titleOf(delivery)}</strong>
          </p>
          <p class="muted">
            Makes of it what the hook {hook} says now, as if its provider had sent it once more. All replays of a
            delivery are one: a second one makes nothing.
          </p>
          <TextField
            label="Name of this replay"
            value={name}
            note="Optional. Under another name it is made once more."
            onInput={setName}
          />
        </Confirm>
      )}
    </>
  );
}
