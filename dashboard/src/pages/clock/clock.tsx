import { useState } from "preact/hooks";
import { Button } from "../../ui/button.tsx";
import { FieldFrame } from "../../ui/field-frame.tsx";
import { count, duration } from "../../ui/format.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Ago, Time } from "../../ui/time.tsx";
import { timeParts } from "../../ui/zone.ts";
import { useZone } from "../../ui/zone-store.ts";
import { localOf, zonedIso } from "../../ui/zoned-time.ts";
import { DueAndDone } from "./due-and-done.tsx";
import { happened, isDuration, steps } from "./moves.ts";
import { type Clock as ClockView, useClock } from "./use-clock.ts";
import "./clock.css";

/** The clock of the local system: it moves ahead from one due thing to the next, and nothing is skipped. */
export function Clock() {
  const clock = useClock();
  return (
    <>
      <PageHeader title="Clock">
        Moves this machine's system ahead. Everything that is due on the way happens, in order and at its own time.
      </PageHeader>
      <div class="clock-page">
        <div class="stack">
          <Panel title="The system's time">
            {clock.now === undefined ? <Skeleton /> : <Face clock={clock} now={clock.now} />}
          </Panel>
          {clock.now !== undefined && <Advance clock={clock} now={clock.now} />}
        </div>
        <DueAndDone moving={clock.moving !== undefined} onMoveTo={(to) => void clock.move({ to })} />
      </div>
    </>
  );
}

function Face({ clock, now }: { clock: ClockView; now: number }) {
  const { date, time, zone } = timeParts(now, useZone());
  const { offsetMs, moving, from, last, error } = clock;
  const ahead = Math.abs(offsetMs) < 1_000 ? "the machine's own time" : `${duration(offsetMs)} ahead of the machine`;
  return (
    <div class="panel-body clock-face">
      <p class="clock-time">
        <span class="clock-digits">{time}</span> <span class="muted">{zone}</span>
      </p>
      <p class="clock-date">
        <span class="num">{date}</span> <span class="muted">{ahead}</span>
      </p>
      <div class="clock-said" role="status">
        {moving && from !== undefined && (
          <p>
            <span class="status status-running">
              <span class="status-dot" aria-hidden="true" />
              Moving: {duration(Math.max(0, now - from))} so far
            </span>{" "}
            <Button onClick={clock.stop}>Stop here</Button>
          </p>
        )}
        {!moving && last?.hops !== undefined && (
          <p>
            In {count(last.hops)} {last.hops === 1 ? "hop" : "hops"}: {happened(last.jobs)}.
          </p>
        )}
      </div>
      {!moving && last?.reached === false && (
        <p class="banner banner-warn">
          It stopped before its target: {last.stopped}. The same move continues from here.
        </p>
      )}
      {error !== undefined && (
        <p class="banner banner-bad" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function Advance({ clock, now }: { clock: ClockView; now: number }) {
  const zone = useZone();
  const [length, setLength] = useState("");
  const [to, setTo] = useState("");
  const busy = clock.moving !== undefined;
  const plain = length.replaceAll(" ", "");
  const wrong = plain !== "" && !isDuration(plain) ? "is a duration like 30d, 1h30m or 500ms" : undefined;
  const target = zonedIso(to, zone);
  const past =
    target !== undefined && Date.parse(target) <= now ? "is not ahead: the clock never goes back" : undefined;
  const { next_at } = clock.last ?? {};
  return (
    <Panel title="Move ahead">
      <div class="panel-body stack">
        <div class="row">
          {steps.map(([advance, words]) => (
            <Button key={advance} disabled={busy} onClick={() => void clock.move({ advance })}>
              + {words}
            </Button>
          ))}
        </div>
        <form
          class="clock-form"
          onSubmit={(event) => {
            event.preventDefault();
            void clock.move({ advance: plain });
          }}
        >
          <FieldFrame name="By" fault={wrong} hint="Such as 1h30m">
            {(ids) => (
              <input {...ids} type="text" value={length} onInput={(event) => setLength(event.currentTarget.value)} />
            )}
          </FieldFrame>
          <Button type="submit" disabled={busy || plain === "" || wrong !== undefined}>
            Move
          </Button>
        </form>
        <form
          class="clock-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (target !== undefined) void clock.move({ to: target });
          }}
        >
          <FieldFrame name="To" fault={past} hint={`In ${zone}`}>
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                step={1}
                min={localOf(now, zone).slice(0, 16)}
                value={to}
                onInput={(event) => setTo(event.currentTarget.value)}
              />
            )}
          </FieldFrame>
          <Button type="submit" disabled={busy || target === undefined || past !== undefined}>
            Move
          </Button>
        </form>
        <div class="clock-foot">
          <div>
            {next_at !== undefined && !busy && (
              <p class="muted">
                Next due: <Time at={next_at} /> <Ago at={next_at} />
              </p>
            )}
          </div>
          <Button
            disabled={busy || Math.abs(clock.offsetMs) < 1_000}
            title="Only while no job was made, started or ended in the time that was moved to"
            onClick={() => void clock.move({ reset: true })}
          >
            Back to the machine's time
          </Button>
        </div>
      </div>
    </Panel>
  );
}
