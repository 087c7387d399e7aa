import { useState } from "preact/hooks";
import { useCan } from "../../api/me.ts";
import {
  type CatalogSchedule,
  type DetailedEvent,
  type ProductDetails,
  useExample,
  useProduct,
} from "../../api/product-details.ts";
import { type ProductSummary, useProducts } from "../../api/products.ts";
import { query } from "../../api/request.ts";
import { Tag } from "../../ui/badge.tsx";
import { CronWords } from "../../ui/cron-words.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { duration, plural } from "../../ui/format.ts";
import { JsonTree } from "../../ui/json-tree.tsx";
import { Link } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Fact, Facts, Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { everyWords } from "../series/runs.ts";
import { fieldRows, typeWords } from "./rows.ts";
import "./catalog.css";

/** What can be run: products, their events and what those take. Names only: no value of a reference is ever here. */
export function Catalog() {
  const products = useProducts();
  return (
    <>
      <PageHeader title="Catalog">What jobs can run, as it was deployed. It holds names and no secrets.</PageHeader>
      {!products && <Skeleton lines={5} />}
      {products?.length === 0 && <EmptyState title="This key reaches no product" />}
      {products?.map((product) => (
        <ProductPanel key={product.tag} summary={product} />
      ))}
    </>
  );
}

function ProductPanel({ summary }: { summary: ProductSummary }) {
  const { tag, name, envs } = summary;
  const product = useProduct(tag);
  return (
    <Panel title={name ?? tag} note={<code>{tag}</code>} actions={envs.map((env) => <Tag key={env}>{env}</Tag>)}>
      {product ? <Events product={product} /> : <Skeleton />}
    </Panel>
  );
}

const Events = ({ product }: { product: ProductDetails }) => (
  <>
    <ul class="events">
      {product.events.map((event) => (
        <li key={event.tag}>
          <Event product={product} event={event} />
        </li>
      ))}
    </ul>
    <Schedules schedules={product.schedules} />
    <Values name="Variables" names={product.variables} />
    <Values name="Constants" names={product.constants} />
  </>
);

const Schedules = ({ schedules = [] }: { schedules: CatalogSchedule[] | undefined }) =>
  schedules.length === 0 ? null : (
    <div class="catalog-values">
      <span class="muted">Schedules</span>
      <ul>
        {schedules.map(({ name, env, event, job_id, repeat }) => (
          <li key={`${env} ${name}`}>
            <Link href={`/jobs/${job_id}`}>{name}</Link> <Tag>{env}</Tag> {event},{" "}
            {repeat.cron === undefined ? everyWords(repeat.every ?? 0) : <CronWords cron={repeat.cron} />}
            {repeat.cron !== undefined && <span class="muted"> {repeat.tz ?? "UTC"}</span>}
          </li>
        ))}
      </ul>
    </div>
  );

const Values = ({ name, names = [] }: { name: string; names: string[] | undefined }) =>
  names.length === 0 ? null : (
    <p class="catalog-values">
      <span class="muted">{name}</span>
      {names.map((one) => (
        <code key={one}>{one}</code>
      ))}
    </p>
  );

function Event({ product, event }: { product: ProductDetails; event: DetailedEvent }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="event" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <span class="event-tag">{event.tag}</span>
        <span class="event-type">
          <Tag>{event.type.replace("_", " ")}</Tag>
        </span>
        <span class="event-words muted">{event.description ?? typeWords(event.type)}</span>
        <code class="event-target">{event.target}</code>
      </summary>
      {open && <EventDetails product={product} event={event} />}
    </details>
  );
}

const References = ({ names = [] }: { names: string[] | undefined }) =>
  names.length === 0 ? (
    <span class="muted">no secret or parameter</span>
  ) : (
    <span class="row">
      {names.map((name) => (
        <code key={name}>{name}</code>
      ))}
    </span>
  );

function EventDetails({ product, event }: { product: ProductDetails; event: DetailedEvent }) {
  const example = useExample(product.tag, event);
  const can = useCan();
  const rows = fieldRows(event.input);
  return (
    <div class="event-body">
      <Facts>
        <Fact name="Target">
          <code>{event.target}</code>
          {event.targets && <span class="muted"> {event.targets.map(({ name }) => name).join(", ")}</span>}
        </Fact>
        <Fact name="Refers to">
          <References names={event.references} />
        </Fact>
        <Fact name="Retries">{event.retries}</Fact>
        <Fact name="Timeout of an attempt">{duration(event.timeout_ms)}</Fact>
        <Fact name="Expressions">{event.expressions ? "evaluated" : "not evaluated"}</Fact>
      </Facts>
      <div class="event-columns">
        <section>
          <h3>{rows.length === 0 ? "Its input may have any field" : `Input: ${plural(rows.length, "field")}`}</h3>
          <ul class="event-fields">
            {rows.map(({ path, depth, required, hint }) => (
              <li key={path} class={`depth-${depth}`}>
                <code>{path.slice(path.lastIndexOf(".") + 1)}</code>
                {required && <Tag>required</Tag>}
                <span class="muted">{hint}</span>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h3>Example</h3>
          {example === undefined ? (
            <Skeleton />
          ) : (
            <JsonTree label={`Example of ${event.tag}`} value={example} open={4} />
          )}
        </section>
      </div>
      <p class="row">
        {can("jobs:write", { product_tag: product.tag }) && (
          <Link href={`/new${query({ product: product.tag, event: event.tag })}`}>Schedule a job</Link>
        )}
        <Link href={`/jobs${query({ product: product.tag, event: event.tag })}`}>See its jobs</Link>
      </p>
    </div>
  );
}
