from __future__ import annotations

import datetime
import json
import threading
import unittest
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ductape_jobs import (
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    DuctapeError,
    DuctapeJobs,
    InvalidRequestError,
    JobCancelledError,
    JobFailedError,
    NotFoundError,
    RateLimitError,
    UnavailableError,
    WaitTimeoutError,
)
from ductape_jobs._transport import HttpAnswer
from ductape_jobs.requests import JobRequest

key = "dj_secret-key-of-the-tests"
request: JobRequest = {"product_tag": "shop", "env": "prd", "event": "price", "input": {"payload": 1}}
receipt = {"job_id": "job_1", "status": "queued", "scheduled_at": 0, "recurring": False}


def answered(status: int, body: object = None, **headers: str) -> HttpAnswer:
    given = b"" if body is None else json.dumps(body).encode()
    return HttpAnswer(status, {name.replace("_", "-"): value for name, value in headers.items()}, given)


def job(status: str, **fields: Any) -> dict[str, Any]:
    return {**receipt, "status": status, "due_at": 0, "attempts": [], **fields}


class Api:
    """Answers requests in turn, and keeps them."""

    def __init__(self, *answers: HttpAnswer | Exception | Callable[[], HttpAnswer]) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str, Mapping[str, str], Any]] = []
        self.slept: list[float] = []

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> HttpAnswer:
        self.sent.append((method, url.removeprefix("https://jobs.example"), headers, body and json.loads(body)))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, HttpAnswer) else answer()

    def client(self, **options: Any) -> DuctapeJobs:
        return DuctapeJobs("https://jobs.example/v1/", key, send=self.send, sleep=self.slept.append, **options)


class Requests(unittest.TestCase):
    def test_are_sent_again_with_the_same_idempotency_key(self) -> None:
        api = Api(answered(503), ConnectionResetError(), answered(429, retry_after="2"), answered(202, receipt))
        self.assertEqual(api.client().schedule(request), receipt)
        keys = {headers["Idempotency-Key"] for _, _, headers, _ in api.sent}
        self.assertEqual((len(api.sent), len(keys)), (4, 1))
        self.assertEqual({(method, path) for method, path, _, _ in api.sent}, {("POST", "/v1/jobs")})
        self.assertTrue(2 <= api.slept[2] <= 3, api.slept)
        self.assertTrue(all(slept <= 0.5 for slept in api.slept[:2]), api.slept)

    def test_have_another_key_for_each_call_and_keep_the_callers(self) -> None:
        api = Api(*[answered(202, receipt)] * 3)
        client = api.client()
        client.schedule(request)
        client.schedule(request)
        client.schedule({**request, "idempotency_key": "order-1"})
        first, second, third = (headers for _, _, headers, _ in api.sent)
        self.assertNotEqual(first["Idempotency-Key"], second["Idempotency-Key"])
        self.assertNotIn("Idempotency-Key", third)
        self.assertEqual(api.sent[2][3]["idempotency_key"], "order-1")

    def test_that_may_have_been_carried_out_are_not_sent_again(self) -> None:
        api = Api(answered(429), answered(503))
        with self.assertRaises(UnavailableError):
            api.client().retry("job_1", delay_ms=5)
        self.assertEqual([body for _, _, _, body in api.sent], [{"delay_ms": 5}] * 2)

    def test_end_after_the_last_retry(self) -> None:
        api = Api(*[answered(502)] * 3)
        with self.assertRaises(UnavailableError):
            api.client(max_retries=2).get("job_1")
        self.assertEqual(len(api.sent), 3)

    def test_wait_no_longer_than_is_worth_it(self) -> None:
        with self.assertRaises(RateLimitError) as caught:
            Api(answered(429, retry_after="3600")).client().get("job_1")
        self.assertEqual(caught.exception.retry_after, 3600)

    def test_write_a_datetime_as_a_time(self) -> None:
        api = Api(answered(202, receipt))
        at = datetime.datetime(2030, 1, 31, 9, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
        api.client().schedule({**request, "start_at": at})
        self.assertEqual(api.sent[0][3]["start_at"], "2030-01-31T09:00:00+01:00")
        for odd in (datetime.datetime(2030, 1, 1), {1, 2}, float("nan")):
            with self.assertRaises(InvalidRequestError):
                api.client().schedule({**request, "input": {"payload": odd}})

    def test_of_any_kind_keep_to_the_address(self) -> None:
        api = Api(answered(200, {"counts": {}}), answered(204))
        client = api.client()
        self.assertEqual(client.request("GET", "/v1/stats", query={"product_tag": "shop", "env": None}), {"counts": {}})
        self.assertEqual(client.request("DELETE", "/v1/jobs/job_1"), {})
        self.assertEqual(api.sent[0][1], "/v1/stats?product_tag=shop")
        with self.assertRaises(InvalidRequestError):
            client.request("GET", ".evil.example/")


class Sending(unittest.TestCase):
    """The requests as they reach a server."""

    def test_reads_the_answers_of_a_server_and_follows_no_redirect(self) -> None:
        class Server(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                seen.append((self.path, self.headers["authorization"], json.loads(self.rfile.read(size))))
                self.respond(202, receipt)

            def do_GET(self) -> None:
                seen.append((self.path, self.headers["authorization"], None))
                if self.path.endswith("job_1"):
                    self.respond(302, {}, location="/v1/jobs/job_2")
                else:
                    self.respond(404, {"code": "JOB_NOT_FOUND", "detail": "There is no such job."})

            def respond(self, status: int, body: object, **headers: str) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

        seen: list[Any] = []
        server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            client = DuctapeJobs(f"http://127.0.0.1:{server.server_address[1]}", key)
            self.assertEqual(client.schedule(request), receipt)
            with self.assertRaisesRegex(DuctapeError, "it redirects"):
                client.get("job_1")
            with self.assertRaisesRegex(NotFoundError, "There is no such job"):
                client.get("job/3")
        finally:
            server.shutdown()
            server.server_close()
        bearer = f"Bearer {key}"
        self.assertEqual(seen[0], ("/v1/jobs", bearer, request))
        self.assertEqual(seen[1:], [("/v1/jobs/job_1", bearer, None), ("/v1/jobs/job%2F3", bearer, None)])
        with self.assertRaisesRegex(ConnectionFailedError, "ConnectionRefusedError"):
            DuctapeJobs(f"http://127.0.0.1:{server.server_address[1]}", key, max_retries=0).get("job_1")


class Errors(unittest.TestCase):
    def test_have_code_pointers_and_no_key(self) -> None:
        problem = {
            "code": "INVALID_REQUEST",
            "detail": f"The request of {key} is not valid.",
            "errors": [{"pointer": "/input/payload", "detail": "is required"}],
        }
        with self.assertRaises(InvalidRequestError) as caught:
            Api(answered(400, problem, x_request_id="req-1")).client().schedule(request)
        error = caught.exception
        self.assertEqual((error.code, error.status, error.request_id), ("INVALID_REQUEST", 400, "req-1"))
        self.assertEqual([(fault.pointer, fault.detail) for fault in error.errors], [("/input/payload", "is required")])
        self.assertEqual(str(error), "The request of [API key] is not valid.\n  /input/payload: is required")

    def test_of_others_say_what_to_check(self) -> None:
        for answer, kind, code, text in [
            (answered(403, {"message": "Forbidden"}), "ForbiddenError", "FORBIDDEN", "Check DUCTAPE_API_KEY"),
            (answered(404), "NotFoundError", "ROUTE_NOT_FOUND", "Check DUCTAPE_URL"),
            (answered(302), "DuctapeError", "UNEXPECTED_ANSWER", "it redirects"),
            (answered(200, [1]), "DuctapeError", "UNEXPECTED_ANSWER", "without a JSON object"),
            (answered(200, {"ok": True}), "DuctapeError", "UNEXPECTED_ANSWER", "without the expected fields"),
            (HttpAnswer(200, {}, b"<html>"), "DuctapeError", "UNEXPECTED_ANSWER", "without a JSON object"),
        ]:
            with self.subTest(code=code), self.assertRaises(Exception) as caught:
                Api(answer).client().get("job_1")
            self.assertEqual((type(caught.exception).__name__, caught.exception.code), (kind, code))  # type: ignore[attr-defined]
            self.assertIn(text, str(caught.exception))

    def test_of_the_network_name_the_host_only(self) -> None:
        with self.assertRaises(ConnectionFailedError) as caught:
            Api(ConnectionRefusedError()).client(max_retries=0).get("job_1")
        self.assertEqual(str(caught.exception), "The request to jobs.example failed (ConnectionRefusedError).")
        with self.assertRaises(ConnectionFailedError) as caught:
            Api(TimeoutError()).client(max_retries=0).get("job_1")
        self.assertEqual(str(caught.exception), "No answer from jobs.example within 35.0 s.")

    def test_of_the_configuration_come_first_and_quote_nothing(self) -> None:
        for url, api_key, text in [
            ("", "k", "Set DUCTAPE_URL"),
            ("ftp://user:hunter2@jobs", "k", "must be the address"),
            ("https://user:hunter2@jobs", "k", "must be the address"),
            ("https://jobs", "", "Set DUCTAPE_API_KEY"),
            ("https://jobs", "hunter2\n1", "contains characters that no key has"),
        ]:
            with self.subTest(url=url), self.assertRaises(ConfigurationError) as caught:
                DuctapeJobs(url, api_key)
            self.assertIn(text, str(caught.exception))
            self.assertNotIn("hunter2", str(caught.exception))
        self.assertEqual(repr(Api().client()), "DuctapeJobs('https://jobs.example')")


class Waiting(unittest.TestCase):
    def test_asks_until_the_job_has_finished(self) -> None:
        api = Api(
            answered(200, job("queued")), answered(200, job("running")), answered(200, job("completed", result=7))
        )
        client = api.client()
        found = client.wait("job_1")
        self.assertEqual(client.result(found), 7)
        self.assertEqual([path for _, path, _, _ in api.sent], ["/v1/jobs/job_1", *["/v1/jobs/job_1?wait=25"] * 2])

    def test_sleeps_until_shortly_before_a_job_is_due(self) -> None:
        far = 4_102_444_800_000
        api = Api(*[answered(200, job("scheduled", due_at=far))] * 2, answered(200, job("completed")))
        api.client().wait("job_1")
        self.assertEqual(api.slept, [60.0, 60.0])
        self.assertEqual({path for _, path, _, _ in api.sent}, {"/v1/jobs/job_1"})

    def test_grows_slower_while_a_job_does_not_start(self) -> None:
        api = Api(*[answered(200, job("queued"))] * 6, answered(200, job("completed")))
        api.client().wait("job_1")
        self.assertEqual([round(slept) for slept in api.slept], [1, 2, 4, 8, 10])

    def test_grows_slower_while_a_job_cannot_finish(self) -> None:
        for status in ("paused", "scheduled"):
            api = Api(*[answered(200, job(status))] * 9, answered(200, job("completed")))
            api.client().wait("job_1")
            self.assertEqual([round(slept) for slept in api.slept], [1, 2, 4, 8, 16, 32, 60, 60], status)

    def test_goes_on_without_a_hold_while_too_many_requests_of_the_key_wait(self) -> None:
        too_many = [answered(429, retry_after="5")] * 2
        api = Api(answered(200, job("running")), *too_many, answered(200, job("running")), answered(200, job("completed")))
        api.client(max_retries=1).wait("job_1")
        get = "/v1/jobs/job_1"
        paths = [path for _, path, _, _ in api.sent[1:]]
        self.assertEqual(paths, [f"{get}?wait=25", f"{get}?wait=25", get, f"{get}?wait=25"])
        self.assertEqual(round(api.slept[-1]), 1)

    def test_ends_after_its_timeout(self) -> None:
        with self.assertRaises(WaitTimeoutError) as caught:
            Api(answered(200, job("running"))).client().wait("job_1", timeout=0)
        self.assertEqual((caught.exception.code, caught.exception.job_id), ("WAIT_TIMEOUT", "job_1"))
        with self.assertRaises(InvalidRequestError):
            Api().client().wait("job_1", timeout=-1)

    def test_run_returns_the_result_and_raises_what_went_wrong(self) -> None:
        api = Api(answered(200, job("completed", result={"total": 5})))
        self.assertEqual(api.client().run(request), {"total": 5})
        self.assertEqual(api.sent[0][2]["Prefer"], "wait=25")
        failure = {"code": "PROVIDER_ERROR", "message": "price threw X.", "retryable": True}
        with self.assertRaises(JobFailedError) as failed:
            Api(answered(202, receipt), answered(200, job("failed", error=failure))).client().run(request)
        self.assertEqual((failed.exception.code, failed.exception.job["status"]), ("PROVIDER_ERROR", "failed"))
        with self.assertRaises(JobCancelledError) as cancelled:
            Api(answered(200, job("cancelled", reason="expired"))).client().run(request)
        self.assertEqual(str(cancelled.exception), "Job job_1 was cancelled: expired")

    def test_downloads_a_large_result_without_the_key(self) -> None:
        api = Api(answered(200, job("completed", result_url="https://store.example/a?sig=1")), answered(200, {"a": 1}))
        self.assertEqual(api.client().run(request), {"a": 1})
        self.assertEqual(api.sent[1][2], {})
        api = Api(answered(200, job("completed", result_url="https://store.example/a?sig=1")), answered(403))
        with self.assertRaises(Exception) as caught:
            api.client().run(request)
        self.assertNotIn("sig=1", str(caught.exception))
        with self.assertRaisesRegex(Exception, "not of HTTP"):
            Api(answered(200, job("completed", result_url="file:///etc/hostname"))).client().run(request)


class Lists(unittest.TestCase):
    def test_are_read_page_by_page(self) -> None:
        pages = [
            {"jobs": [{"job_id": "a"}], "next_cursor": "c 1"},
            {"jobs": [], "next_cursor": "c2"},
            {"jobs": [{"job_id": "b"}]},
        ]
        api = Api(*[answered(200, page) for page in pages], answered(200, pages[0]))
        found = api.client().list(product_tag="shop", status=["failed", "completed"], recurring=False, from_=5)
        self.assertEqual(api.sent, [])
        self.assertEqual([job["job_id"] for job in found], ["a", "b"])
        query = "product_tag=shop&status=failed%2Ccompleted&recurring=false&from=5"
        paths = [path for _, path, _, _ in api.sent]
        self.assertEqual(paths[0], f"/v1/jobs?{query}&limit=100")
        self.assertEqual(paths[1], f"/v1/jobs?{query}&limit=100&cursor=c+1")
        self.assertEqual(found.page()["next_cursor"], "c 1")
        self.assertEqual(api.sent[3][1], f"/v1/jobs?{query}")


class Batches(unittest.TestCase):
    def accepted(self, api: Api) -> Callable[[], HttpAnswer]:
        def answer() -> HttpAnswer:
            jobs = api.sent[-1][3]["jobs"]
            return answered(
                200,
                {
                    "results": [
                        {"index": at, "status": 202, "job": {**receipt, "job_id": item["labels"][0]}}
                        for at, item in enumerate(jobs)
                    ]
                },
            )

        return answer

    def test_are_sent_by_hundreds_and_come_back_in_order(self) -> None:
        api = Api()
        api.answers = [self.accepted(api)] * 3
        outcomes = api.client().batch({**request, "labels": [str(at)]} for at in range(250))
        self.assertEqual([len(body["jobs"]) for _, _, _, body in api.sent], [100, 100, 50])
        self.assertEqual(
            [outcome.job and outcome.job["job_id"] for outcome in outcomes], [str(at) for at in range(250)]
        )
        keys = {item["idempotency_key"] for _, _, _, body in api.sent for item in body["jobs"]}
        self.assertEqual(len(keys), 250)

    def test_have_an_error_for_each_job_with_its_own_index(self) -> None:
        fault = {
            "code": "INVALID_REQUEST",
            "detail": "no",
            "errors": [{"pointer": "/jobs/0/event", "detail": "is unknown"}],
        }
        api = Api(answered(200, {"results": [{"index": 0, "status": 400, "error": fault}]}))
        large: JobRequest = {**request, "input": {"payload": "x" * 5_000_000}}
        first, second = api.client().batch([large, request])
        self.assertEqual(first.error and first.error.code, "PAYLOAD_TOO_LARGE")
        self.assertEqual(second.error and second.error.errors[0].pointer, "/jobs/1/event")

    def test_raise_only_if_no_job_was_accepted(self) -> None:
        many = [request] * 150
        with self.assertRaises(ConflictError):
            Api(answered(409)).client().batch(many)
        api = Api()
        api.answers = [self.accepted(api), answered(409)]
        labelled: list[JobRequest] = [{**request, "labels": ["a"]} for _ in many]
        outcomes = api.client().batch(labelled)
        self.assertEqual([outcome.error is None for outcome in outcomes], [True] * 100 + [False] * 50)

    def test_are_halved_where_a_server_is_stricter(self) -> None:
        api = Api()
        api.answers = [answered(413), self.accepted(api), answered(413)]
        labelled: list[JobRequest] = [{**request, "labels": [str(at)]} for at in range(2)]
        first, second = api.client().batch(labelled)
        self.assertEqual((first.job and first.job["job_id"], second.error and second.error.status), ("0", 413))


if __name__ == "__main__":
    unittest.main()
