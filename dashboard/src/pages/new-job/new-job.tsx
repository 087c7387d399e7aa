import { useMemo, useState } from "preact/hooks";
import type { JobReceipt } from "../../../../sdk/src/answers.ts";
import { apiUrl } from "../../api/base.ts";
import { useCan } from "../../api/me.ts";
import { useProducts } from "../../api/products.ts";
import { request } from "../../api/request.ts";
import { useChange } from "../../api/use-change.ts";
import { Button } from "../../ui/button.tsx";
import { CodeTabs } from "../../ui/code-block.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Select } from "../../ui/field.tsx";
import { shortId } from "../../ui/format.ts";
import { Link, useNavigate } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { codesOf } from "./codes.ts";
import { requestOf } from "./draft.ts";
import { tryParse } from "./exact.ts";
import { ExplanationView } from "./explanation.tsx";
import { inputFaults } from "./faults.ts";
import { InputPanel } from "./input-panel.tsx";
import { OptionFields } from "./option-fields.tsx";
import { scheduling } from "./scheduling.ts";
import { TimeFields } from "./time-fields.tsx";
import { type Drafting, useDraft } from "./use-draft.ts";
import { type Explained, useExplain } from "./use-explain.ts";
import "./new-job.css";
import { nameOf } from "../../ui/tenant-picker.tsx";

export function NewJob() {
  const drafting = useDraft();
  const { place, draft, event, error } = drafting;
  const input = tryParse(draft.input);
  const body = place && input ? requestOf(place, draft, input.value) : undefined;
  const explained = useExplain(body);
  if (!place || !event) {
    return (
      <>
        <PageHeader title="New job" />
        {error ? <ErrorBanner error={error} /> : <Skeleton lines={6} />}
      </>
    );
  }
  return (
    <>
      <PageHeader title="New job">
        {drafting.source && (
          <>
            Again with changes:{" "}
            <Link href={`/jobs/${drafting.source.job.job_id}`}>{shortId(drafting.source.job.job_id)}</Link>
          </>
        )}
      </PageHeader>
      <ErrorBanner error={error} />
      <div class="new-job">
        <Form drafting={drafting} explained={explained} />
        <Preview drafting={drafting} explained={explained} body={body} />
      </div>
    </>
  );
}

interface PartProps {
  drafting: Drafting;
  explained: Explained;
}

function Form({ drafting, explained: { faults } }: PartProps) {
  const { draft, change, event, source, place } = drafting;
  const isSource = source && source.job.event === place?.event;
  return (
    <div class="stack">
      <Panel title="What">
        <div class="panel-body">
          <PlaceFields drafting={drafting} />
        </div>
      </Panel>
      {event && (
        <InputPanel
          event={event}
          text={draft.input}
          faults={inputFaults(faults)}
          note={isSource ? source.note : undefined}
          onInput={(input) => change({ input })}
          onExample={drafting.useExampleInput}
        />
      )}
      <Panel title="When">
        <div class="panel-body">
          <TimeFields draft={draft} faults={faults} onChange={change} />
        </div>
      </Panel>
      <Panel title="Options">
        <div class="panel-body option-fields">
          <OptionFields
            draft={draft}
            faults={faults}
            retries={event?.retries}
            timeoutMs={event?.timeout_ms}
            onChange={change}
          />
        </div>
      </Panel>
    </div>
  );
}

function PlaceFields({ drafting: { place, envs, events, event, choose } }: { drafting: Drafting }) {
  const products = useProducts() ?? [];
  if (!place) return null;
  return (
    <>
      <div class="field-triple">
        <Select
          label="Product"
          value={place.product_tag}
          options={products.map(nameOf)}
          onChange={(product) => choose({ product, env: "", event: "" })}
        />
        <Select label="Env" value={place.env} options={envs} onChange={(env) => choose({ env })} />
        <Select
          label="Event"
          value={place.event}
          options={events.map(({ tag }) => tag)}
          onChange={(tag) => choose({ product: place.product_tag, env: place.env, event: tag })}
        />
      </div>
      {event && (
        <p class="field-note">
          {event.description ?? `Type ${event.type}, runs ${event.target}.`}
          {event.expressions && " Expressions in its input are evaluated when it starts."}
        </p>
      )}
    </>
  );
}

function Preview({ drafting: { place }, explained, body }: PartProps & { body: Record<string, unknown> | undefined }) {
  const can = useCan();
  const navigate = useNavigate();
  const [sent, setSent] = useState(false);
  const { explanation, faults, error, stale } = explained;
  const key = useMemo(() => crypto.randomUUID(), [JSON.stringify(body)]);
  const schedule = useChange(
    () => request<JobReceipt>("/v1/jobs", scheduling(body, key)),
    ({ job_id }) => {
      navigate(`/jobs/${job_id}`);
      return `Scheduled ${shortId(job_id)}`;
    },
  );
  const allowed = can("jobs:write", place);
  const send = async () => {
    setSent(true);
    if (!(await schedule.run())) setSent(false);
  };
  return (
    <div class="preview stack">
      <Panel
        title="What it will do"
        actions={
          allowed && (
            <Button
              tone="primary"
              disabled={!body || faults.length > 0 || sent}
              busy={schedule.busy}
              onClick={() => void send()}
            >
              Schedule job
            </Button>
          )
        }
      >
        <div class="panel-body stack">
          {!allowed && (
            <p class="banner banner-warn">This key may read jobs and not schedule any: that needs jobs:write.</p>
          )}
          <ErrorBanner error={schedule.error ?? (allowed ? error : undefined)} />
          {!body && <p class="banner banner-bad">The input is not JSON yet.</p>}
          {body && faults.length > 0 && <FaultList faults={faults} />}
          {body && faults.length === 0 && explanation && <ExplanationView explanation={explanation} stale={stale} />}
          {body && !explanation && faults.length === 0 && !error && <Skeleton lines={6} />}
        </div>
      </Panel>
      {body && (
        <Panel title="The same request">
          <div class="panel-body">
            <CodeTabs label="The request" codes={codesOf(body, apiUrl())} />
          </div>
        </Panel>
      )}
    </div>
  );
}

const FaultList = ({ faults }: { faults: Explained["faults"] }) => (
  <div class="banner banner-bad" role="status">
    <p>The API would refuse this:</p>
    <ul class="faults">
      {faults.map(({ pointer, detail }) => (
        <li key={pointer + detail}>
          <code>{pointer || "/"}</code> {detail}
        </li>
      ))}
    </ul>
  </div>
);
