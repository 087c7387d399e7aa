import { useMemo, useState } from "preact/hooks";
import { Tag } from "../../ui/badge.tsx";
import { count, plural } from "../../ui/format.ts";
import { Icon } from "../../ui/icons.tsx";
import { pathText } from "../../ui/json-path.ts";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Dash } from "../../ui/time.tsx";
import { type Change, differenceOf, type Parts, partsOf } from "./difference.ts";
import type { Part } from "./parts.ts";
import { TwoSides } from "./two-sides.tsx";

/** How many differences are shown before one asks for more. */
const step = 100;

interface Props {
  title: string;
  left: Part;
  right: Part;
}

/** What differs between two inputs or two results, by its place in the JSON. */
export function DifferencePanel({ title, left, right }: Props) {
  const isTooLarge = left.isTooLarge || right.isTooLarge;
  const changes = useMemo(
    () => (isTooLarge ? [] : differenceOf(left.value, right.value)),
    [isTooLarge, left.value, right.value],
  );
  const areBoth = left.value !== undefined && right.value !== undefined;
  const what = title.toLowerCase();
  const redacted = [...new Set([...left.redacted, ...right.redacted])];
  return (
    <Panel
      title={title}
      note={areBoth && changes.length > 0 ? plural(changes.length, "difference") : undefined}
      actions={redacted.length > 0 && <Tag>{redacted.length} redacted</Tag>}
    >
      {isTooLarge ? (
        <TooLarge what={what} left={left} right={right} />
      ) : areBoth && changes.length > 0 ? (
        <Changes what={what} changes={changes} />
      ) : (
        <p class="panel-body">{sameText(what, left, right)}</p>
      )}
      {redacted.length > 0 && !isTooLarge && (
        <p class="compare-note muted">
          What is redacted is not compared:{" "}
          {redacted.map((pointer, place) => (
            <span key={pointer}>
              {place > 0 && ", "}
              <code>
                <Plain text={pointer} />
              </code>
            </span>
          ))}
          .
        </p>
      )}
    </Panel>
  );
}

/** Where there are no two values that differ. */
function sameText(what: string, left: Part, right: Part): string {
  const some = what === "input" ? "an input" : "a result";
  if (left.value === undefined && right.value === undefined) return `Neither has ${some}.`;
  if (left.value === undefined) return `Only the job at the right has ${some}.`;
  if (right.value === undefined) return `Only the job at the left has ${some}.`;
  return "They are the same.";
}

const TooLarge = ({ what, left, right }: { what: string; left: Part; right: Part }) => (
  <div class="panel-body compare-large">
    {Object.entries({ left, right }).map(
      ([side, part]) =>
        part.isTooLarge && (
          <p key={side}>
            The {what} at the {side} is too large to compare.{" "}
            {part.url === undefined ? (
              "Parts of it are hidden, so that there is no download."
            ) : (
              <a href={part.url} target="_blank" rel="noreferrer">
                Download it <Icon name="external" />
              </a>
            )}
          </p>
        ),
    )}
  </div>
);

const words = { added: "added", removed: "removed", changed: "changed", unknown: "redacted" } as const;
const tones = { added: "good", removed: "bad", changed: "warn", unknown: "plain" } as const;

function Changes({ what, changes }: { what: string; changes: readonly Change[] }) {
  const [shown, setShown] = useState(step);
  return (
    <>
      <TwoSides
        label={`What differs in the ${what}`}
        what="Place"
        rows={changes.slice(0, shown).map((change) => {
          const path = pathText(change.path);
          return {
            key: path,
            class: `change-${change.kind}`,
            name: (
              <span class="change-name">
                <code>
                  <Plain text={path} />
                </code>
                <Tag tone={tones[change.kind]}>{words[change.kind]}</Tag>
              </span>
            ),
            ...valuesOf(change),
          };
        })}
      />
      {changes.length > shown && (
        <p class="compare-note">
          <button type="button" class="link" onClick={() => setShown(shown + step)}>
            {count(changes.length - shown)} more
          </button>
        </p>
      )}
    </>
  );
}

const jsonOf = (value: unknown): string => JSON.stringify(value, null, 2);

/** Both values. Of two texts, what differs within them is marked. */
function valuesOf(change: Change) {
  const [hasLeft, hasRight] = ["left" in change, "right" in change];
  const texts = { left: hasLeft ? jsonOf(change.left) : "", right: hasRight ? jsonOf(change.right) : "" };
  const areTexts = typeof change.left === "string" && typeof change.right === "string";
  const parts =
    areTexts && change.kind === "changed" ? partsOf(texts.left, texts.right) : { before: "", ...texts, after: "" };
  return {
    left: hasLeft ? <Value parts={parts} side="left" /> : <Dash />,
    right: hasRight ? <Value parts={parts} side="right" /> : <Dash />,
  };
}

/** How many characters are shown of what is the same around a difference, and of what differs. */
const shownAround = 60;
const shownDifferent = 600;

function Value({ parts, side }: { parts: Parts; side: "left" | "right" }) {
  const [isWhole, setWhole] = useState(false);
  const { before, after } = parts;
  const own = parts[side];
  const size = before.length + own.length + after.length;
  const isClipped = !isWhole && size > shownDifferent;
  const [head, middle, tail] = isClipped
    ? [cutStart(before, shownAround), cutEnd(own, shownDifferent), cutEnd(after, shownAround)]
    : [before, own, after];
  return (
    <>
      <span class="change-value">
        {head !== "" && <Plain text={head} />}
        {middle !== "" && (
          <mark>
            <Plain text={middle} />
          </mark>
        )}
        {tail !== "" && <Plain text={tail} />}
      </span>
      {isClipped && (
        <button type="button" class="link change-whole" onClick={() => setWhole(true)}>
          Show all {count(size)} characters
        </button>
      )}
    </>
  );
}

const cutStart = (text: string, most: number): string => (text.length > most ? `…${text.slice(-most)}` : text);
const cutEnd = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);
