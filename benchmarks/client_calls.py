"""Time single calls of this client and of its peers, all against answers held in memory, and print the samples as JSON.

Runs in the benchmark's own environment (`benchmarks/client.py` makes it). The peers' answers are given at the same
depth: where each HTTP library hands a request to its connections.
"""

from __future__ import annotations

import gc
import json
import sys
from io import BytesIO
from time import process_time
from typing import TYPE_CHECKING, Any

import generator_client
import httpx
import msgspec
import urllib3
import vanilla_client
from generator_client.api.customers_api import CustomersApi
from vanilla_client.api.customers import retrieve_customer, update_customer
from vanilla_client.models import Customer as VanillaCustomer
from vanilla_client.models import UpdateCustomer as VanillaUpdate

from moment_billing import Customer, Moment
from moment_billing._decoding import Decoder
from moment_billing._schemas import UPDATE_CUSTOMER

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = json.dumps(json.loads(sys.argv[1]), separators=(",", ":")).encode()
ROUNDS, CALLS = int(sys.argv[2]), 40
HEADERS = {"content-type": "application/json"}
URL, KEY, REFERENCE = "https://api.test", "sk_test_example", "INV-2024-001"
CHANGES: dict[str, Any] = {"currency": "ZAR", "balance": 5000}


class PlainRules(msgspec.Struct):
    """Payment rules without anything of ours."""

    min_amount: int | msgspec.UnsetType = msgspec.UNSET
    max_amount: int | msgspec.UnsetType = msgspec.UNSET
    underpayment_allowed: bool | msgspec.UnsetType = msgspec.UNSET
    overpayment_allowed: bool | msgspec.UnsetType = msgspec.UNSET


class PlainCustomer(msgspec.Struct):
    """A customer as msgspec reads it at its best."""

    id: str
    external_reference: str
    name: str | msgspec.UnsetType = msgspec.UNSET
    email: str | msgspec.UnsetType = msgspec.UNSET
    phone: str | msgspec.UnsetType = msgspec.UNSET
    currency: str | msgspec.UnsetType = msgspec.UNSET
    balance: int | msgspec.UnsetType = msgspec.UNSET
    payment_rules: PlainRules | msgspec.UnsetType = msgspec.UNSET
    metadata: dict[str, str] | msgspec.UnsetType = msgspec.UNSET


def transport() -> httpx.MockTransport:
    """Answers every request with the customer."""
    return httpx.MockTransport(lambda _: httpx.Response(200, headers=HEADERS, content=BODY))


def urlopen(_pool: Any, method: str, _url: str, **_options: Any) -> urllib3.HTTPResponse:
    """The same for urllib3: what its pool of connections would return."""
    return urllib3.HTTPResponse(
        BytesIO(BODY), headers=HEADERS, status=200, preload_content=False, request_method=method
    )


def calls() -> dict[str, Callable[[], object]]:
    """What is timed, by its name."""
    bare = httpx.Client(transport=transport(), base_url=URL, headers={"Authorization": f"Bearer {KEY}"}, timeout=30)
    moment = Moment(KEY, base_url=URL, transport=transport())
    vanilla = vanilla_client.AuthenticatedClient(
        base_url=URL, token=KEY, httpx_args={"transport": transport()}, timeout=httpx.Timeout(30)
    )
    urllib3.HTTPConnectionPool.urlopen = urlopen  # type: ignore[method-assign,assignment]
    configuration = generator_client.Configuration(host=URL, access_token=KEY)
    other = CustomersApi(generator_client.ApiClient(configuration))
    path, as_json = f"/billing/customers/{REFERENCE}", {"Content-Type": "application/json"}
    encode, decode = msgspec.json.encode, msgspec.json.decode
    plain, ours = msgspec.json.Decoder(PlainCustomer), Decoder(Customer)
    answer = httpx.Response(200, headers=HEADERS, content=BODY)
    return {
        "retrieve, bare httpx": lambda: decode(bare.get(path).content),
        "retrieve, moment-billing": lambda: moment.customers.retrieve(REFERENCE),
        "retrieve, openapi-python-client": lambda: retrieve_customer.sync(REFERENCE, client=vanilla),
        "retrieve, openapi-generator": lambda: other.retrieve_customer(REFERENCE),
        "update, bare httpx": lambda: decode(bare.patch(path, content=encode(CHANGES), headers=as_json).content),
        "update, moment-billing": lambda: moment.customers.update(REFERENCE, **CHANGES),
        "update, openapi-python-client": lambda: update_customer.sync(
            REFERENCE, client=vanilla, body=VanillaUpdate(**CHANGES)
        ),
        "update, openapi-generator": lambda: other.update_customer(
            REFERENCE, generator_client.UpdateCustomer(**CHANGES)
        ),
        "decode, msgspec": lambda: plain.decode(BODY),
        "decode, moment-billing": lambda: ours.decode(answer),
        "decode, openapi-python-client": lambda: VanillaCustomer.from_dict(json.loads(BODY)),
        "decode, openapi-generator": lambda: generator_client.Customer.from_json(BODY.decode()),
        "update, its checks": lambda: UPDATE_CUSTOMER.find(CHANGES, (), []),
    }


def main() -> None:
    """Time the calls in turn, so that a slow moment of the machine falls on all of them."""
    timed = calls()
    samples: dict[str, list[float]] = {name: [] for name in timed}
    for call in timed.values():
        call()
    gc.collect()
    gc.freeze()
    for _ in range(ROUNDS):
        for name, call in timed.items():
            started = process_time()
            for _ in range(CALLS):
                call()
            samples[name].append((process_time() - started) / CALLS * 1e6)
    json.dump(samples, sys.stdout)


if __name__ == "__main__":
    main()
