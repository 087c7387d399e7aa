/** Throws for what is no known option: a slip of the pen would change nothing, and nobody would notice. `where` begins the message. */
export function refuseOthers(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) throw new TypeError(`${where}: its options are an object.`);
  const other = Object.keys(options).find((name) => !known.includes(name));
  if (other !== undefined)
    throw new TypeError(
      `${where} has no option \`${other}\`: there are ${known.map((name) => `\`${name}\``).join(", ")}.`,
    );
}
