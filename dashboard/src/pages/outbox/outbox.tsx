import { useState } from "preact/hooks";
import { defineQuery } from "../../api/define-query.ts";
import { localRequest } from "../../api/local-request.ts";
import { useChange } from "../../api/use-change.ts";
import { usePoll } from "../../api/use-poll.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Segments } from "../../ui/field.tsx";
import { plural } from "../../ui/format.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Ago, Time } from "../../ui/time.tsx";
import { useUrlState } from "../../use-url-state.ts";
import { Glyph } from "./glyph.tsx";
import { ItemView } from "./item-view.tsx";
import { countsOf, type Group, groupOf, groups, type Item, itemsOf, keyed, linesOf } from "./items.ts";
import "./outbox.css";

const defaults = { show: "sent", item: "" };
const shownAtFirst = 100;

const outbox = defineQuery("outbox", () => localRequest<{ items: Item[] }>("/outbox"));

/** What jobs have sent on this machine, as the receivers would see it. */
export function Outbox() {
  const [{ show, item: chosen }, change] = useUrlState(defaults);
  // Something may be sent at any moment, so nothing here is final.
  const { data, error, isPending } = usePoll(outbox(), { isFinal: () => false });
  const all = data?.items ?? [];
  const group = Object.hasOwn(groups, show) ? (show as Group) : "sent";
  const entries = keyed(itemsOf(all, group));
  const open = entries.find(({ key }) => key === chosen) ?? entries[0];
  const counts = countsOf(all);
  const options = Object.entries(groups)
    .filter(([name]) => name === "sent" || name === group || counts[name as Group] > 0)
    .map(([name, words]) => [name, `${words} ${counts[name as Group]}`] as const);
  return (
    <>
      <PageHeader title="Outbox" actions={all.length > 0 && <Clear count={all.length} />}>
        What jobs have sent. Nothing of it left this machine.
      </PageHeader>
      <ErrorBanner error={error} />
      {isPending && <Skeleton />}
      {data && (
        <Segments label="Kind" value={group} options={options} onChange={(next) => change({ show: next, item: "" })} />
      )}
      {data && !open && (
        <EmptyState title={all.length === 0 ? "Nothing was sent yet" : "Nothing of this kind was sent"}>
          Mails, messages and calls of jobs appear here as soon as they are made.
        </EmptyState>
      )}
      {open && (
        <div class={`outbox ${chosen === "" ? "" : "outbox-chosen"}`}>
          <List entries={entries} open={open.key} onOpen={(item) => change({ item })} />
          <section class="panel outbox-item" aria-label={linesOf(open.item).title}>
            <div class="outbox-item-head">
              <span class="outbox-back">
                <Button onClick={() => change({ item: "" })}>All</Button>
              </span>
              <Glyph group={groupOf(open.item)} />
              <h2>{groups[groupOf(open.item)].replace(/s$/, "")}</h2>
              <span class="outbox-item-time">
                <Time at={Date.parse(open.item.at)} precision="ms" />
              </span>
            </div>
            <div class="panel-body stack">
              <ItemView key={open.key} item={open.item} />
            </div>
          </section>
        </div>
      )}
    </>
  );
}

function List(props: { entries: { key: string; item: Item }[]; open: string; onOpen: (key: string) => void }) {
  const [most, setMost] = useState(shownAtFirst);
  return (
    <nav class="panel outbox-list" aria-label="Items">
      <ul>
        {props.entries.slice(0, most).map(({ key, item }) => {
          const { title, text } = linesOf(item);
          return (
            <li key={key}>
              <button type="button" aria-current={key === props.open} onClick={() => props.onOpen(key)}>
                <Glyph group={groupOf(item)} />
                <span class="outbox-lines">
                  <span class="outbox-title">{title}</span>
                  <span class="outbox-text">{text}</span>
                </span>
                <Ago at={Date.parse(item.at)} />
              </button>
            </li>
          );
        })}
      </ul>
      {props.entries.length > most && (
        <button type="button" class="link outbox-more" onClick={() => setMost(most + shownAtFirst)}>
          {props.entries.length - most} more
        </button>
      )}
    </nav>
  );
}

function Clear({ count }: { count: number }) {
  const [asks, setAsks] = useState(false);
  const clear = useChange(
    () => localRequest("/outbox", { method: "DELETE" }),
    () => "The outbox is empty",
  );
  return (
    <>
      <Button icon="trash" onClick={() => setAsks(true)}>
        Clear
      </Button>
      {!asks && <ErrorBanner error={clear.error} />}
      {asks && (
        <Confirm
          title="Clear the outbox?"
          of="this machine"
          confirm={`Remove ${plural(count, "item")}`}
          danger
          busy={clear.busy}
          error={clear.error}
          onClose={() => {
            setAsks(false);
            clear.reset();
          }}
          onConfirm={async () => {
            if (await clear.run()) setAsks(false);
          }}
        >
          <p>The jobs that sent them stay as they are.</p>
        </Confirm>
      )}
    </>
  );
}
