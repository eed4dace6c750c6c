"""Errors told to a Sentry, where `SENTRY_DSN` names one: what failed and where in the code, never about whom."""

from __future__ import annotations

import importlib
from typing import Any

from labsite.operations.private_text import path_for_log, without_secrets, without_values
from labsite.operations.request_ids import current_request_id

HEADERS = {"accept", "accept-language", "content-length", "content-type", "user-agent"}


def start_sentry(dsn: str, release: str) -> None:
    """Begins to report; does nothing without a `dsn`. The client is installed then (`environment.read_sentry_dsn`)."""
    if not dsn:
        return
    client = importlib.import_module("sentry_sdk")
    client.init(
        dsn=dsn,
        release=release,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=0,
        server_name="labsite",
        before_send=scrub,
    )


def scrub(event: dict[str, Any], hint: Any = None) -> dict[str, Any]:
    """The event without users, cookies, bodies, query strings and what is quoted in messages."""
    for name in ("user", "breadcrumbs", "extra", "server_name"):
        event.pop(name, None)
    request = event.get("request")
    if request:
        event["request"] = {
            "method": request.get("method", ""),
            "url": path_for_log(request.get("url", "").partition("?")[0]).replace("%3A", ":"),
            "headers": {name: each for name, each in request.get("headers", {}).items() if name.lower() in HEADERS},
        }
    for each in event.get("exception", {}).get("values", []):
        each["value"] = without_values(str(each.get("value") or ""), [str(each.get("type") or "")])
        for frame in (each.get("stacktrace") or {}).get("frames", []):
            frame.pop("vars", None)
    if "message" in event:
        event["message"] = without_secrets(str(event["message"]))
    if "logentry" in event:
        entry = event["logentry"]
        told = entry.get("formatted") or entry.get("message") or ""
        event["logentry"] = {"message": without_values(str(told))}
    event.setdefault("tags", {})["request_id"] = current_request_id()
    return event
