import { useState } from "preact/hooks";
import type { Limit, LimitGate, LimitRate } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { useNow } from "../../api/clock.ts";
import { useCan } from "../../api/me.ts";
import { useChange } from "../../api/use-change.ts";
import { Tag } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { count } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Ago, Dash, Time } from "../../ui/time.tsx";
import { PauseDialog } from "./pause-dialog.tsx";
import { PinDialog } from "./pin-dialog.tsx";
import { hasEstimates, isSettling, linesFollowAt, numberWords, overWords, shareInUse, waitingWords } from "./words.ts";

/** One limit: its numbers, and each key at which something is going on. */
export function LimitPanel({ limit }: { limit: Limit }) {
  const { name, key, description, events, gates, pinned } = limit;
  return (
    <Panel title={name} note={numberWords(limit)} actions={<PinActions limit={limit} />}>
      {pinned && (
        <p class="banner banner-warn">
          <span>
            Pinned to {numberWords(pinned)} since <Time at={pinned.pinned_at} /> until <Time at={pinned.until} />
            {pinned.reason !== undefined && (
              <>
                : <Plain text={pinned.reason} />
              </>
            )}
            <Settling limit={limit} />
          </span>
        </p>
      )}
      <p class="limit-facts muted">
        {description !== undefined && <span>{description}</span>}
        <span>{key === undefined ? "One gate for all" : <>Per key {<code>{key}</code>}</>}</span>
        <span class="row">
          {events.map((event) => (
            <Tag key={event}>{event}</Tag>
          ))}
        </span>
      </p>
      {gates.length === 0 ? <EmptyState title="Nothing waits for it" /> : <Gates limit={limit} />}
      {hasEstimates(limit) && (
        <p class="limit-more muted">
          A long line is counted once a minute. When a line ends is an estimate by the rate, if no more jobs come.
        </p>
      )}
      {limit.more_gates && <p class="limit-more muted">Jobs wait for more keys than these.</p>}
    </Panel>
  );
}

/** From when numbers that were pinned just now are in force. */
function Settling({ limit }: { limit: Limit }) {
  const now = useNow();
  const { in_force_at } = limit;
  return in_force_at !== undefined && isSettling(limit, now) ? (
    <>
      . In force from <Time at={in_force_at} />, for all jobs in line by <Time at={linesFollowAt(in_force_at)} />
    </>
  ) : null;
}

function Gates({ limit }: { limit: Limit }) {
  const can = useCan();
  const [pausing, setPausing] = useState<string>();
  const columns = [...columnsFor(limit), ...(can("jobs:admin", limit) ? [pauseColumn(setPausing)] : [])];
  const { product_tag, env, name } = limit;
  return (
    <>
      <Table label={`Gates of ${name}`} columns={columns} rows={limit.gates} keyOf={(gate) => gate.key} />
      {pausing !== undefined && (
        <PauseDialog
          tenant={{ product_tag, env }}
          given={{ limit: name, key: pausing }}
          onClose={() => setPausing(undefined)}
        />
      )}
    </>
  );
}

const KeyCode = ({ of: key }: { of: string }) => (
  <code>
    <Plain text={key} />
  </code>
);

/** One click from the key that makes trouble to the pause of its jobs. */
const pauseColumn = (onPause: (key: string) => void): Column<LimitGate> => ({
  id: "pause",
  name: <span class="sr-only">Pause</span>,
  right: true,
  cell: ({ key }) => (
    <Button icon="pause" onClick={() => onPause(key)}>
      {key === "" ? "Pause these jobs" : "Pause this key"}
    </Button>
  ),
});

const columnsFor = ({ concurrency, rate }: Limit): Column<LimitGate>[] => [
  { id: "key", name: "Key", cell: ({ key }) => (key === "" ? <span class="muted">all</span> : <KeyCode of={key} />) },
  ...(concurrency === undefined ? [] : [slots(concurrency)]),
  { id: "waiting", name: "Waiting", right: true, cell: (gate) => <span class="num">{waitingWords(gate)}</span> },
  {
    id: "oldest",
    name: "Oldest waits since",
    wide: true,
    cell: ({ oldest_wait_since }) => (oldest_wait_since === undefined ? <Dash /> : <Ago at={oldest_wait_since} />),
  },
  ...(rate === undefined
    ? []
    : [
        {
          id: "next",
          name: "Next start",
          cell: (gate: LimitGate) => <NextStart gate={gate} rate={rate} />,
        },
        {
          id: "ends",
          name: "Line ends about",
          wide: true,
          cell: ({ estimated }: LimitGate) => <Ago at={estimated?.ends_at} />,
        },
      ]),
];

/** A rate that was changed just now may not have reached its line. */
const NextStart = ({ gate: { next_start, follows_by }, rate }: { gate: LimitGate; rate: LimitRate }) => (
  <>
    <Time at={next_start} precision="ms" />
    {follows_by !== undefined && (
      <p class="muted">
        moves to {numberWords({ rate })} by <Time at={follows_by} date={false} />
      </p>
    )}
  </>
);

const slots = (concurrency: number): Column<LimitGate> => ({
  id: "slots",
  name: "In use",
  right: true,
  cell: (gate) => (
    <span class="slots">
      <span class="num">
        {count(gate.in_use)} of {count(concurrency)}
      </span>
      {overWords(gate, concurrency) && <span class="muted">{overWords(gate, concurrency)}</span>}
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="slots-all" width="100" height="4" rx="1" />
        <rect class="slots-held" width={shareInUse(gate, concurrency)} height="4" rx="1" />
      </svg>
    </span>
  ),
});

function PinActions({ limit }: { limit: Limit }) {
  const can = useCan();
  const [asks, setAsks] = useState(false);
  const unpin = useChange(
    () => ductape().limits.unpin(limit),
    () => `${limit.name}: the numbers of the catalog hold again within five seconds, in line within a minute`,
  );
  if (!can("jobs:admin", limit)) return null;
  return (
    <>
      {limit.pinned && (
        <Button busy={unpin.busy} onClick={() => void unpin.run()}>
          Unpin
        </Button>
      )}
      <Button onClick={() => setAsks(true)}>Pin other numbers</Button>
      <ErrorBanner error={unpin.error} />
      {asks && <PinDialog limit={limit} onClose={() => setAsks(false)} />}
    </>
  );
}
