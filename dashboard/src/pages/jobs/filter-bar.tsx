import { jobStatuses } from "../../../../lambdas/core/kernel/job-status.ts";
import { jobTypes } from "../../../../lambdas/core/kernel/job-type.ts";
import { apiNow, useNow } from "../../api/clock.ts";
import { areMany } from "../../api/many.ts";
import { useProducts } from "../../api/products.ts";
import { Button } from "../../ui/button.tsx";
import { Segments, Select } from "../../ui/field.tsx";
import { useNavigate } from "../../ui/link.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Plain } from "../../ui/plain.tsx";
import { nameOf } from "../../ui/tenant-picker.tsx";
import { visible } from "../../ui/visible.ts";
import { useZone } from "../../ui/zone-store.ts";
import { listOf, toggled } from "../../url-state.ts";
import {
  addressTimeOf,
  fieldOf,
  isFiltered,
  type ListFields,
  noFilter,
  viewOf,
  views,
  whereOf,
  withoutValue,
} from "./filters.ts";
import { isWindow, windowChoices, windowOf, windowWords } from "./time-window.ts";

interface Props {
  fields: ListFields;
  change: (changes: Partial<ListFields>) => void;
}

/** All filters of the API. Each is in the address, so that a link shows the same list. */
export function FilterBar({ fields, change }: Props) {
  const products = useProducts() ?? [];
  const inScope = fields.product ? products.filter(({ tag }) => tag === fields.product) : products;
  const events = [...new Set(inScope.flatMap((product) => product.events.map(({ tag }) => tag)))].sort();
  const envs = [...new Set(inScope.flatMap((product) => product.envs))].sort();
  return (
    <div class="filters">
      <div class="filter-top">
        <Segments
          label="Which jobs"
          value={viewOf(fields) ?? ""}
          options={Object.entries(views).map(([id, { name }]) => [id, name] as const)}
          onChange={(view) => change({ view, status: "" })}
        />
        <fieldset class="chips">
          <legend class="sr-only">Status</legend>
          {jobStatuses.map((status) => (
            <button
              key={status}
              type="button"
              class={`chip status-${status}`}
              aria-pressed={listOf(fields.status).includes(status)}
              onClick={() => change({ status: toggled(fields.status, status) })}
            >
              <span class="status-dot" aria-hidden="true" />
              {status}
            </button>
          ))}
          <button
            type="button"
            class="chip status-retrying"
            aria-pressed={fields.retrying === "true"}
            title="Jobs of which an attempt has failed, and another one is made or waits for its time"
            onClick={() => change({ retrying: fields.retrying === "true" ? "" : "true" })}
          >
            <span class="status-dot" aria-hidden="true" />
            retrying
          </button>
        </fieldset>
      </div>
      <Values fields={fields} change={change} />
      <div class="filter-fields">
        <Find change={change} fields={fields} />
        {products.length > 1 && (
          <Select
            quiet
            label="Product"
            value={fields.product}
            options={[...(areMany(products) ? [] : [["", "All products"] as const]), ...products.map(nameOf)]}
            onChange={(product) => change({ product, event: "" })}
          />
        )}
        <Select
          quiet
          label="Env"
          value={fields.env}
          options={[["", "All envs"], ...withValue(envs, fields.env)]}
          onChange={(env) => change({ env })}
        />
        <Select
          quiet
          label="Event"
          value={fields.event}
          options={[["", "All events"], ...withValue(events, fields.event)]}
          onChange={(event) => change({ event })}
        />
        <Select
          quiet
          label="Kind"
          value={fields.recurring}
          options={[
            ["", "Once and series"],
            ["false", "Once"],
            ["true", "Series"],
          ]}
          onChange={(recurring) => change({ recurring })}
        />
        <TimeWindow fields={fields} change={change} />
        <More fields={fields} change={change} />
        {isFiltered(fields) && (
          <Button tone="quiet" icon="close" onClick={() => change(noFilter)}>
            Clear
          </Button>
        )}
      </div>
    </div>
  );
}

/** A value of the address that the catalog no longer has stays visible. */
const withValue = (values: string[], value: string): string[] =>
  value === "" || values.includes(value) ? values : [...values, value];

/** A list that is looked through for less goes on to be of the jobs that it was of. */
const sameView = (fields: ListFields): Partial<ListFields> => ({ view: viewOf(fields) ?? fields.view });

/** The values that the jobs have, each to be given up. One comes from the box that finds jobs: only that knows which are sealed. */
function Values({ fields, change }: Props) {
  const values = Object.entries(whereOf(fields) ?? {});
  if (values.length === 0) return null;
  return (
    <ul class="values" aria-label="Values that the jobs have">
      {values.map(([field, value]) => (
        <li key={field} class="value">
          <span class="value-field">{visible(field)}</span>
          <span class="value-text" title={visible(value)}>
            <Plain text={value} />
          </span>
          <Button
            tone="quiet"
            icon="close"
            aria-label={`Any ${visible(field)}`}
            onClick={() => change({ where: withoutValue(fields, field), ...sameView(fields) })}
          />
        </li>
      ))}
    </ul>
  );
}

/** A window of time by one choice, which shows the one in force. */
function TimeWindow({ fields, change }: Props) {
  const zone = useZone();
  // Of a window in force, only the name of today changes with the time.
  const inForce = windowWords(fields, zone, useNow(60_000));
  return (
    <Select
      quiet
      label="Time"
      value={inForce === undefined ? "" : "in-force"}
      options={windowChoices(inForce)}
      onChange={(id) => {
        if (id === "") change({ from: "", to: "" });
        if (isWindow(id)) change(windowOf(id, apiNow(), fields));
      }}
    />
  );
}

/** Types, and the exact window of time. */
function More({ fields, change }: Props) {
  const zone = useZone();
  // The window of time is in sight already.
  const count = listOf(fields.type).length;
  return (
    <Menu label={count > 0 ? `More (${count})` : "More"}>
      <fieldset class="menu-group">
        <legend>Type</legend>
        {jobTypes.map((type) => (
          <label key={type} class="check">
            <input
              type="checkbox"
              checked={listOf(fields.type).includes(type)}
              onChange={() => change({ type: toggled(fields.type, type) })}
            />
            {type}
          </label>
        ))}
      </fieldset>
      {(["from", "to"] as const).map((name) => (
        <label key={name} class="field menu-group">
          <span>
            {name === "from" ? "From" : "Until"}, in {zone}
          </span>
          <input
            type="datetime-local"
            value={fieldOf(fields[name], zone)}
            onChange={(event) => change({ [name]: addressTimeOf(event.currentTarget.value, zone) })}
          />
        </label>
      ))}
      <p class="menu-note">The due time of jobs that wait, the end of those that have finished.</p>
    </Menu>
  );
}

/** Goes to a job by its id, or filters by a label. */
function Find({ fields, change }: Props) {
  const { label } = fields;
  const navigate = useNavigate();
  const find = (text: string) => {
    const value = text.trim();
    if (/^job_[0-9a-f]{32}$/.test(value)) navigate(`/jobs/${value}`);
    else change({ label: value, ...(value === "" && sameView(fields)) });
  };
  return (
    <form
      class="find"
      onSubmit={(event) => {
        event.preventDefault();
        find(String(new FormData(event.currentTarget).get("find") ?? ""));
      }}
    >
      <label class="text-quiet">
        <span class="sr-only">Label, or the id of a job</span>
        <input
          name="find"
          key={label}
          defaultValue={label}
          placeholder="Label or job id"
          spellcheck={false}
          autocomplete="off"
        />
      </label>
    </form>
  );
}
