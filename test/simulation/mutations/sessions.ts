import type { Mutation } from "./mutation.ts";

/** Requests with the token of a user. Every 32nd history has them. */
export const sessions: Mutation[] = [
  {
    name: "sessions: a job keeps all claims of its token",
    seed: 2,
    at: "core/operations/schedule-requests.ts#withVerifiedSession",
    find: "claimNames(request)",
    replace: "Object.keys(claims)",
  },
  {
    name: "sessions: an attempt has the names of claims and not their values",
    seed: 2,
    at: "core/job/kept-session.ts#keptSession",
    find: "[name, payload[name]]",
    replace: "[name, name]",
  },
  {
    name: "sessions: a decision does not know the claims of its feature",
    seed: 34,
    at: "consumers/types/feature/execute.ts#decideDeclared",
    find: "job.session && { session: claimsIn(job.session) }",
    replace: "job.session && { session: claimsIn({ tag: job.session.tag }) }",
  },
];
