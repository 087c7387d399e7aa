import { useEffect, useId, useRef, useState } from "preact/hooks";
import { areMany } from "../api/many.ts";
import { useCan } from "../api/me.ts";
import { useProducts } from "../api/products.ts";
import { isDown } from "../api/query-client.ts";
import { useStore } from "../api/store.ts";
import { JobStatusBadge } from "../job/status-badge.tsx";
import { Tag } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorBanner } from "../ui/error-banner.tsx";
import { Select } from "../ui/field.tsx";
import { count, shortId } from "../ui/format.ts";
import { Icon } from "../ui/icons.tsx";
import { useNavigate } from "../ui/link.tsx";
import { Plain } from "../ui/plain.tsx";
import { Ago, Time } from "../ui/time.tsx";
import { useUrlState } from "../use-url-state.ts";
import { finderOpen } from "./open.ts";
import { ask, edit, type Search, search } from "./search.ts";
import { addressOfList, foundBy, foundWords, isJobId, listsOf, scopeOf, scopesOf, scopeText } from "./words.ts";
import "./find.css";

/** How long after it was pasted the id of a job is looked for: nothing else is asked for before Enter. */
const settledMs = 300;
const noTenant = { product: "", env: "" };

/** Finds jobs by an id, a key or a value, and leads to them. */
export function FindDialog() {
  const now = useStore(search);
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [chosen, choose] = useState(0);
  const navigate = useNavigate();
  const id = useId();
  useDefaultScope();
  const close = () => finderOpen.set(false);
  useEffect(() => {
    dialog.current?.showModal();
    input.current?.select();
    // What was found before may have changed since.
    if (search.get().answer) void ask();
    return () => dialog.current?.close();
  }, []);
  useEffect(() => choose(0), [now.answer?.text]);
  useEffect(() => {
    if (!isJobId(now.text) || now.busy || now.answer || now.error !== undefined) return;
    const timer = setTimeout(() => void ask(), settledMs);
    return () => clearTimeout(timer);
  }, [now]);
  const options = optionsOf(now);
  const active = Math.min(chosen, options.length - 1);
  const go = (to: string) => {
    close();
    navigate(to);
  };
  const press = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && options.length > 0) {
      event.preventDefault();
      choose((active + step + options.length) % options.length);
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    const option = options[active];
    if (option) go(option.to);
    else void ask();
  };
  return (
    <dialog ref={dialog} class="dialog find-dialog" aria-label="Find a job" onClose={close}>
      <div class="find-field">
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label="Id, key or value"
          aria-expanded={options.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-describedby={`${id}-says`}
          {...(options.length > 0 && { "aria-activedescendant": `${id}-${active}` })}
          placeholder="Job id, key, order number …"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={now.text}
          onInput={(event) => edit({ text: event.currentTarget.value })}
          onKeyDown={press}
        />
        <Button tone="primary" busy={now.busy} disabled={now.text.trim() === ""} onClick={() => void ask()}>
          Find
        </Button>
        <Button icon="close" tone="quiet" aria-label="Close" onClick={close} />
      </div>
      <Narrowing now={now} />
      <div id={`${id}-list`} class="find-list" role="listbox" aria-label="What was found" hidden={options.length === 0}>
        {options.map((option, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field that has the focus takes the keys
          <div
            key={option.key}
            id={`${id}-${at}`}
            role="option"
            tabIndex={-1}
            class="find-option"
            aria-selected={at === active}
            ref={(element) => {
              if (at === active) element?.scrollIntoView({ block: "nearest" });
            }}
            // The focus stays in the field.
            onPointerDown={(event) => event.preventDefault()}
            onPointerMove={() => at !== active && choose(at)}
            onClick={() => go(option.to)}
          >
            {option.shown}
          </div>
        ))}
      </div>
      <div class="find-says" id={`${id}-says`}>
        <Says now={now} />
      </div>
    </dialog>
  );
}

/** Of more products and envs than one search may look in, the one of the page is looked in at first. */
function useDefaultScope(): void {
  const products = useProducts();
  const [{ product, env }] = useUrlState(noTenant);
  useEffect(() => {
    if (products && areMany(products) && product !== "" && search.get().text === "")
      edit({ scope: scopeText({ product_tag: product, env }) });
  }, [products, product, env]);
}

/** Where to look, and whether for failed jobs only. */
function Narrowing({ now: { scope, failed, answer } }: { now: Search }) {
  const scopes = scopesOf(useProducts() ?? []);
  const narrow = (changes: Partial<Search>) => {
    edit(changes);
    // Who has an answer wants that of the other question.
    if (answer) void ask();
  };
  return (
    <div class="find-narrowing">
      {scopes.length > 0 && (
        <Select quiet label="Where" value={scope} options={scopes} onChange={(next) => narrow({ scope: next })} />
      )}
      <label class="check">
        <input type="checkbox" checked={failed} onChange={(event) => narrow({ failed: event.currentTarget.checked })} />
        Failed only
      </label>
      <span class="find-keys muted" aria-hidden="true">
        <kbd>Enter</kbd> {answer && answer.found.length > 0 ? "opens" : "finds"} <kbd>↑</kbd>
        <kbd>↓</kbd> choose <kbd>Esc</kbd> closes
      </span>
    </div>
  );
}

interface Option {
  key: string;
  to: string;
  shown: preact.ComponentChildren;
}

/** The jobs that were found, and then the lists of all with a value. */
function optionsOf({ answer, failed }: Search): Option[] {
  if (!answer) return [];
  const { found, text } = answer;
  return [
    ...found.map(({ job, ...by }) => ({
      key: job.job_id,
      to: `/jobs/${job.job_id}`,
      shown: (
        <>
          <span class="find-head">
            <strong>
              <Plain text={job.event} />
            </strong>
            <JobStatusBadge job={job} />
            <span class="find-when">
              <span class="sr-only">made </span>
              <Ago at={job.created_at} />
            </span>
          </span>
          <span class="find-about">
            <span>
              {job.product_tag} {job.env}
            </span>
            <span class="find-by">
              by{" "}
              {foundBy(by).map((name) => (
                <Tag key={name}>{name}</Tag>
              ))}
            </span>
            <code>{shortId(job.job_id)}</code>
          </span>
        </>
      ),
    })),
    ...listsOf(found).map((list) => ({
      key: `list ${JSON.stringify(list)}`,
      to: addressOfList(list, text, { failed }),
      shown: (
        <span class="find-all">
          <Icon name="jobs" />
          <span class="find-all-text">
            All {failed && "failed "}jobs with <Tag>{list.field}</Tag> <Plain text={text} />
            <span class="find-all-of">
              in {list.product_tag} {list.env}
            </span>
          </span>
          <Icon name="chevron" />
        </span>
      ),
    })),
  ];
}

/** What has come of the search: how much, how far it looked, or what went wrong. */
function Says({ now: { text, scope, busy, answer, error } }: { now: Search }) {
  const seesInputs = useCan()("jobs:input", scopeOf(scope));
  if (error !== undefined)
    return isDown(error) ? (
      <div class="banner banner-warn banner-row" role="alert">
        <p>The API does not answer, so nothing was looked for.</p>
        <Button onClick={() => void ask()}>Try again</Button>
      </div>
    ) : (
      <ErrorBanner error={error} />
    );
  if (busy && !answer)
    return (
      <p class="muted" role="status">
        Looking …
      </p>
    );
  const left = !seesInputs && (
    <p class="muted">
      This key has no <code>jobs:input</code>: of values, it finds only those that are public.
    </p>
  );
  if (!answer)
    return (
      <>
        <p class="muted">
          The id of a job, a key of its request, or a value by which the catalog has its jobs found, to the letter.
          {text.trim() !== "" && !isJobId(text) && " Enter finds it."}
        </p>
        {left}
      </>
    );
  const { found, next, examined, lookedBackTo } = answer;
  return (
    <>
      <div class="find-end">
        <p role="status">
          {foundWords(found.length, next !== undefined)}
          {examined > 0 && <>. Looked at {count(examined)} jobs</>}
          {lookedBackTo !== undefined && (
            <>
              , back to <Time at={lookedBackTo} />
            </>
          )}
        </p>
        {next !== undefined && (
          <Button busy={busy} onClick={() => void ask(next)}>
            {lookedBackTo === undefined ? "Show more" : "Look further back"}
          </Button>
        )}
      </div>
      {found.length === 0 && next === undefined && (
        <p class="muted">
          It is compared to the letter, and found some seconds after it was made. Only events with <code>search</code>{" "}
          are found by their values.
        </p>
      )}
      {left}
    </>
  );
}
