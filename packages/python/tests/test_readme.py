"""The examples of the package's README and of docs/catalog/python.md run."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import pathlib
import re
import unittest
from typing import Any
from unittest import mock

from protocol_functions import key
from signed import a_call, signed

from ductape_jobs import DuctapeJobs, serve
from ductape_jobs._transport import HttpAnswer

package = pathlib.Path(__file__).parent.parent


def blocks_of(path: pathlib.Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)


def run(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "example"}
    with mock.patch.dict(os.environ, CODE_SECRET=key, DUCTAPE_URL="https://jobs.example", DUCTAPE_API_KEY="dj_key"):
        exec(code, names)
    return names


class Readme(unittest.TestCase):
    def test_first_example_answers_a_job(self) -> None:
        handler = run(blocks_of(package / "README.md")[0])["handler"]
        with contextlib.redirect_stdout(io.StringIO()):
            answer = handler.answer("POST", *signed(a_call("price", {"sku": "A-1", "quantity": 2})))
        self.assertEqual(json.loads(answer.body)["outcome"]["value"], {"v": {"total": 3998, "currency": "EUR"}})

    def test_second_example_schedules_one(self) -> None:
        receipt = {"job_id": "job_1", "status": "scheduled", "scheduled_at": 0, "recurring": False}
        answer = HttpAnswer(202, {}, json.dumps(receipt).encode())
        defaults = {**(DuctapeJobs.__init__.__kwdefaults__ or {}), "send": lambda *_: answer}
        with mock.patch.object(DuctapeJobs.__init__, "__kwdefaults__", defaults):
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                names = run(blocks_of(package / "README.md")[1])
        self.assertEqual(printed.getvalue(), "job_1 scheduled\n")
        self.assertEqual(names["receipt"], receipt)

    def test_table_has_each_call_and_each_error(self) -> None:
        import ductape_jobs
        from ductape_jobs import DuctapeError

        page = (package / "README.md").read_text()
        calls = {name for name in vars(DuctapeJobs) if not name.startswith("_")}
        self.assertEqual(set(re.findall(r"^\| `(\w+)\(", page, re.MULTILINE)), calls)
        errors = {
            name
            for name, one in vars(ductape_jobs).items()
            if isinstance(one, type) and issubclass(one, DuctapeError) and one is not DuctapeError
        }
        self.assertEqual(set(re.findall(r"^\| `(\w+Error)`", page, re.MULTILINE)), errors)


page = package.parent.parent / "docs" / "catalog" / "python.md"


@unittest.skipUnless(page.exists(), "the docs are not here")
class Page(unittest.TestCase):
    def outcome_of(self, function: Any, payload: Any) -> Any:
        handler = serve([function], secret=key, resolve=lambda reference: "sk_1234", write=lambda line: None)
        return json.loads(handler.answer("POST", *signed(a_call(function.name, payload))).body)["outcome"]

    def test_first_example_charges_once_and_declines_for_good(self) -> None:
        names = run(blocks_of(page)[0])
        charged = self.outcome_of(names["charge"], {"amount": 50})
        self.assertEqual(charged["value"], {"v": {"charged": 50, "with": "1234", "once": "job_1-1"}})
        declined = self.outcome_of(names["charge"], {"amount": 101})
        self.assertEqual((declined["error"]["name"], declined["retryable"]), ("CardDeclined", False))

    @unittest.skipUnless(importlib.util.find_spec("pydantic"), "pydantic is not installed")
    def test_second_example_checks_its_payload(self) -> None:
        price = run(blocks_of(page)[1])["price"]
        self.assertEqual(self.outcome_of(price, {"sku": "A"})["value"], {"v": {"total": 1999}})
        self.assertEqual(self.outcome_of(price, {})["by"], "input")


if __name__ == "__main__":
    unittest.main()
