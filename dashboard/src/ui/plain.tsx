import { visible } from "./visible.ts";

/** A text that somebody else has written. Its direction changes nothing around it, and what is unseen in it is shown. */
export const Plain = ({ text }: { text: string }) => <bdi>{visible(text)}</bdi>;
