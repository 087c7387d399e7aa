import { PassThrough, type Readable } from "node:stream";
import {
  type BrotliDecompress,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  type Gunzip,
} from "node:zlib";

/** A decoder by the first byte of a body; undefined for one that is not encoded as its header says. */
type DecoderFor = (first: number) => Decoder | undefined;
type Decoder = Gunzip | BrotliDecompress;

/** What has come is decoded at once, so that of a body that breaks off all is read that can be. */
const eager = { flush: constants.Z_SYNC_FLUSH };

const gunzip: DecoderFor = (first) => (first === 0x1f ? createGunzip(eager) : undefined);

/** Some servers send deflate without the header of zlib, whose first byte ends in 8. */
const inflate: DecoderFor = (first) => ((first & 0x0f) === 8 ? createInflate(eager) : createInflateRaw(eager));

const decoders = new Map<string, DecoderFor>([
  ["gzip", gunzip],
  ["x-gzip", gunzip],
  ["deflate", inflate],
  ["br", () => createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH })],
]);

/** The most encodings of a body, each of which needs memory. */
const mostEncodings = 5;

/** What is wrong with a body. Known once it has been read. */
export interface Decoding {
  /** It was not encoded as its headers say, or broke off. */
  failed: boolean;
  /** The failure that lost its connection within an encoding: the body ended with what could be decoded of what had come. */
  lost?: Error;
}

/**
 * The body of an answer without its content encodings, as far as it can be decoded: it ends where that fails, which is written into
 * `decoding`. A body in an unknown encoding, which was not requested, stays unchanged, and so does one that is not encoded at all.
 */
export function decoded(body: Readable, contentEncoding: string, decoding: Decoding): Readable {
  const known = contentEncoding
    .toLowerCase()
    .split(",")
    .flatMap((name) => decoders.get(name.trim()) ?? []);
  if (known.length > mostEncodings) {
    decoding.failed = true;
    return body;
  }
  return known.reduceRight<Readable>((rest, decoder) => decodedBy(rest, decoder, decoding), body);
}

function decodedBy(body: Readable, decoderFor: DecoderFor, decoding: Decoding): Readable {
  // A discarded answer has no listener for errors.
  const out = new PassThrough().on("error", () => {});
  const fail = (error: Error) => out.destroy(error);
  const endEmpty = () => out.end();
  const begin = () => {
    const first = body.read() as Buffer | null;
    if (first === null) return;
    body.off("readable", begin).off("end", endEmpty).unshift(first);
    const decoder = decoderFor(first[0] as number);
    if (decoder) {
      body.off("error", fail);
      return pipeDecoded(body, decoder, out, decoding);
    }
    decoding.failed = true;
    body.pipe(out);
  };
  body.on("error", fail).on("end", endEmpty).on("readable", begin);
  out.once("close", () => body.destroy());
  return out;
}

/**
 * A decoder that fails drops what it has not passed on yet. So it learns of the end only once all before it has been decoded, and a lost
 * connection is an end to it too.
 */
function pipeDecoded(body: Readable, decoder: Decoder, out: PassThrough, decoding: Decoding): void {
  decoder.once("error", () => {
    decoding.failed = true;
    body.unpipe(decoder);
    out.end();
  });
  out.once("close", () => decoder.destroy());
  const endDecoded = () => decoder.flush(() => decoder.end());
  body.once("end", endDecoded).on("error", (error) => {
    if (decoder.destroyed) return;
    decoding.lost = error;
    endDecoded();
  });
  body.pipe(decoder, { end: false });
  decoder.pipe(out);
}
