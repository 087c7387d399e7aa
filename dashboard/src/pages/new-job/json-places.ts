/** Where a value of a JSON text is: offsets, `to` exclusive. */
interface Place {
  from: number;
  to: number;
}

/**
 * The place of each value of a JSON text by its pointer (RFC 6901), for faults that the API reports by pointer. Reads as far as
 * the text is valid.
 */
export function placesOf(text: string): Map<string, Place> {
  const places = new Map<string, Place>();
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)];
  let next = 0;
  const is = (token: string) => tokens[next]?.[0] === token;

  function value(pointer: string): void {
    const token = tokens[next];
    if (!token) return;
    next++;
    if (token[0] === "{") members(pointer);
    else if (token[0] === "[") items(pointer);
    const last = tokens[next - 1] ?? token;
    places.set(pointer, { from: token.index, to: last.index + last[0].length });
  }
  function members(pointer: string): void {
    while (next < tokens.length && !is("}")) {
      const name = tokens[next++]?.[0] ?? "";
      if (is(":")) next++;
      value(`${pointer}/${escaped(nameOf(name))}`);
      if (is(",")) next++;
    }
    next++;
  }
  function items(pointer: string): void {
    for (let i = 0; next < tokens.length && !is("]"); i++) {
      value(`${pointer}/${i}`);
      if (is(",")) next++;
    }
    next++;
  }
  value("");
  return places;
}

const escaped = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

function nameOf(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
}

/** The place of a pointer, or of the nearest value around it: what is missing has no place of its own. */
export function placeOf(places: Map<string, Place>, pointer: string): Place {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const place = places.get(at);
    if (place) return at === pointer ? place : { from: place.from, to: Math.min(place.to, place.from + 1) };
    if (at === "" || !at.includes("/")) return { from: 0, to: 0 };
  }
}
