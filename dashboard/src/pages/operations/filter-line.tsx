import type { ComponentChildren } from "preact";
import { Fragment } from "preact";
import type { Operation } from "../../../../sdk/src/index.ts";
import { changeable } from "../../operation/changeable.ts";
import { Plain } from "../../ui/plain.tsx";
import { Time } from "../../ui/time.tsx";
import { visible } from "../../ui/visible.ts";

/** The filter of an operation in one line of words. What its action selects by itself is not said again. */
export function FilterLine({ operation: { action, filter, created_at } }: { operation: Operation }) {
  const { status, type, event, label, cause, where, recurring, waiting, retrying, from, until } = filter;
  const all: readonly string[] = changeable[action] ?? [];
  const words: ComponentChildren[] = [
    status.length < all.length && status.join(" or "),
    type?.join(" or "),
    event !== undefined && <code>{event}</code>,
    label !== undefined && (
      <>
        label <Plain text={label} />
      </>
    ),
    cause !== undefined && (
      <>
        cause <code>{cause}</code>
      </>
    ),
    ...Object.entries(where ?? {}).map(([field, value]) => (
      <>
        {visible(field)} <Plain text={value} />
      </>
    )),
    recurring !== undefined && (recurring ? "series" : "once"),
    waiting !== undefined && (waiting ? "waiting" : "not waiting"),
    retrying !== undefined && (retrying ? "retrying" : "not retrying"),
    from !== undefined && (
      <>
        from <Time at={from} />
      </>
    ),
    until !== undefined && until !== created_at && (
      <>
        until <Time at={until} />
      </>
    ),
  ].filter((word) => word !== undefined && word !== false);
  if (words.length === 0) return <>every job that allows it</>;
  return (
    <>
      {words.map((word, i) => (
        <Fragment key={i}>
          {i > 0 && ", "}
          {word}
        </Fragment>
      ))}
    </>
  );
}
