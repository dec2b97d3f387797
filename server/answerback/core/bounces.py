"""Parses mail providers' reports of permanent bounces and complaints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import orjson

Reason = Literal["bounce", "complaint"]
MOST = 1_000
"""Addresses in one report."""
Report = Mapping[str, Any]
Found = Iterator[tuple[str, Reason]]


def read_bounces(data: Any) -> list[tuple[str, Reason]]:
    """The addresses in a report of any known format, each with its reason; delays and other events have none."""
    reports = data if isinstance(data, list) else [data]
    found: list[tuple[str, Reason]] = []
    for report in reports[:MOST]:
        if isinstance(report, dict):
            for read in _FORMATS:
                found += [pair for pair in read(report) if isinstance(pair[0], str)]
    return found[:MOST]


def confirm_url(data: Any) -> str:
    """Where Amazon SNS wants a new subscription confirmed; empty for anything else."""
    if not isinstance(data, dict) or data.get("Type") != "SubscriptionConfirmation":
        return ""
    url = data.get("SubscribeURL")
    return url if isinstance(url, str) else ""


def _own(report: Report) -> Found:
    """`{"type": "bounce", "address": "…"}`"""
    if report.get("type") in ("bounce", "complaint") and "address" in report:
        yield report["address"], report["type"]


def _postmark(report: Report) -> Found:
    kind = report.get("RecordType")
    if kind == "Bounce" and report.get("Type") in ("HardBounce", "BadEmailAddress"):
        yield report.get("Email", ""), "bounce"
    elif kind == "SpamComplaint":
        yield report.get("Email", ""), "complaint"


def _sendgrid(report: Report) -> Found:
    event = report.get("event")
    if event == "bounce" and report.get("type", "bounce") == "bounce":
        yield report.get("email", ""), "bounce"
    elif event == "spamreport":
        yield report.get("email", ""), "complaint"


def _mailgun(report: Report) -> Found:
    data = report.get("event-data")
    if isinstance(data, dict):
        if data.get("event") == "failed" and data.get("severity") == "permanent":
            yield data.get("recipient", ""), "bounce"
        elif data.get("event") == "complained":
            yield data.get("recipient", ""), "complaint"


def _ses(report: Report) -> Found:
    """Amazon SES, inside a notification of SNS or raw."""
    message = report.get("Message")
    if report.get("Type") == "Notification" and isinstance(message, str):
        try:
            report = orjson.loads(message)
        except orjson.JSONDecodeError:
            return
        if not isinstance(report, dict):
            return
    kind = report.get("notificationType") or report.get("eventType")
    bounce, complaint = report.get("bounce"), report.get("complaint")
    if kind == "Bounce" and isinstance(bounce, dict) and bounce.get("bounceType") == "Permanent":
        yield from _recipients(bounce.get("bouncedRecipients"), "bounce")
    elif kind == "Complaint" and isinstance(complaint, dict):
        yield from _recipients(complaint.get("complainedRecipients"), "complaint")


def _recipients(listed: Any, reason: Reason) -> Found:
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict):
            yield each.get("emailAddress", ""), reason


_FORMATS: tuple[Callable[[Report], Found], ...] = (_own, _postmark, _sendgrid, _mailgun, _ses)
