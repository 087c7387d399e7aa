"""Uses the client as a team would, on the API that the environment names, and prints what came of it."""

from __future__ import annotations

import json
import time
from typing import Any

from ductape_jobs import ConflictError, DuctapeJobs, InvalidRequestError, JobFailedError, NotFoundError
from ductape_jobs.requests import JobRequest

client = DuctapeJobs()


def a_request(event: str, payload: Any, **fields: Any) -> JobRequest:
    return {"product_tag": "shop", "env": "dev", "event": event, "input": {"payload": payload}, **fields}  # type: ignore[typeddict-item]


def error_of(call: Any, kind: Any) -> dict[str, Any]:
    try:
        call()
    except kind as error:
        return {"code": error.code, "status": error.status, "pointers": [fault.pointer for fault in error.errors]}
    raise AssertionError(f"no {kind.__name__}")


def main() -> dict[str, Any]:
    accepted = client.schedule(a_request("echo", 1, labels=["first"], idempotency_key="one"))
    again = client.schedule(a_request("echo", 1, labels=["first"], idempotency_key="one"))
    later = client.schedule(a_request("echo", 2, start_at=int(time.time()) + 3600))
    # In an hour, so that they only have to be accepted.
    many = [a_request("echo", at, labels=["batch"], start_at=int(time.time()) + 3600) for at in range(120)]
    outcomes = client.batch([*many, a_request("nothing", 1)])
    done = client.wait(accepted["job_id"], timeout=60)
    failed = client.schedule(a_request("fail", {"message": "no", "retryable": False}))
    client.wait(failed["job_id"], timeout=60)
    retried = client.retry(failed["job_id"], delay_ms=3_600_000)
    listed = list(client.list(product_tag="shop", env="dev", label="batch", status="scheduled"))
    page = client.list(product_tag="shop", limit=10).page()
    return {
        "same": accepted["job_id"] == again["job_id"],
        "done": [done["status"], client.result(done)],
        "run": client.run(a_request("price", {"sku": "A-1"}), timeout=60),
        "run_failed": error_of(
            lambda: client.run(a_request("fail", {"message": "no", "retryable": False})), JobFailedError
        ),
        "large": len(client.run(a_request("echo", "x" * 1_000_000), timeout=60)),
        "batch": [
            sum(outcome.job is not None for outcome in outcomes),
            outcomes[120].error and outcomes[120].error.code,
        ],
        "batch_pointer": [fault.pointer for fault in (outcomes[120].error.errors if outcomes[120].error else ())],
        "listed": len({job["job_id"] for job in listed}),
        "page": [len(page["jobs"]), "next_cursor" in page],
        "cancelled": client.cancel(later["job_id"], reason="returned").get("reason"),
        "retried": retried["status"],
        "signal": client.signal({"product_tag": "shop", "env": "dev", "signal": "paid", "key": "A-1", "id": "m-1"})[
            "id"
        ],
        "me": sorted(client.me()["verbs"]),
        "stats": "counts" in client.request("GET", "/v1/stats", query={"product_tag": "shop", "env": "dev"}),
        "invalid": error_of(lambda: client.schedule({**a_request("echo", 1), "retries": 99}), InvalidRequestError),
        "missing": error_of(lambda: client.get("job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e"), NotFoundError),
        "conflict": error_of(lambda: client.retry(accepted["job_id"]), ConflictError),
    }


print(json.dumps(main()))
