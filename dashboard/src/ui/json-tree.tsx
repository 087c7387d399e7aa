import { useState } from "preact/hooks";
import { CopyButton } from "./copy-button.tsx";
import { count } from "./format.ts";
import { entriesOf, isBranch, summaryOf } from "./json.ts";
import { Plain } from "./plain.tsx";

/** How many entries of one list or object are shown before one asks for more. */
const step = 100;
/** How many characters of one text are shown before one asks for the rest. */
const shownText = 2_000;

interface Props {
  value: unknown;
  label: string;
  /** How many levels are open at first. Default: 2. */
  open?: number;
}

/** JSON to unfold. Numbers that JavaScript would round arrive as texts and are shown with every digit. */
export const JsonTree = ({ value, label, open = 2 }: Props) => (
  <div class="json">
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
    <section class="json-tree" aria-label={`${label}, as JSON`} tabIndex={0}>
      <Node value={value} depth={open} />
    </section>
    <CopyButton text={JSON.stringify(value, null, 2) ?? ""} label={`Copy ${label}`} />
  </div>
);

function Node({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
  if (!isBranch(value)) {
    return (
      <div class="json-row">
        {name !== undefined && <Name name={name} />}
        <Leaf value={value} />
      </div>
    );
  }
  return <Branch {...(name !== undefined && { name })} value={value} depth={depth} />;
}

function Branch({ name, value, depth }: { name?: string; value: object; depth: number }) {
  const [shown, setShown] = useState(step);
  const [isOpen, setOpen] = useState(depth > 0);
  const entries = entriesOf(value);
  return (
    <details class="json-branch" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {name !== undefined && <Name name={name} />}
        <span class="json-summary">{summaryOf(value)}</span>
      </summary>
      {isOpen && (
        <div class="json-children">
          {entries.slice(0, shown).map(([key, child]) => (
            <Node key={key} name={key} value={child} depth={depth - 1} />
          ))}
          {entries.length > shown && (
            <button type="button" class="link" onClick={() => setShown(shown + step)}>
              {entries.length - shown} more
            </button>
          )}
        </div>
      )}
    </details>
  );
}

const Name = ({ name }: { name: string }) => (
  <>
    <span class="json-name">
      <Plain text={name} />
    </span>
    <span class="json-colon">: </span>
  </>
);

function Leaf({ value }: { value: unknown }) {
  if (value === "[redacted]") return <span class="json-redacted">[redacted]</span>;
  const kind = value === null ? "null" : typeof value;
  return (
    <span class={`json-${kind}`}>
      <Clipped text={JSON.stringify(value) ?? "undefined"} />
    </span>
  );
}

function Clipped({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  if (isWhole || text.length <= shownText) return <Plain text={text} />;
  return (
    <>
      <Plain text={text.slice(0, shownText)} />…{" "}
      <button type="button" class="link" onClick={() => setWhole(true)}>
        Show all {count(text.length)} characters
      </button>
    </>
  );
}
