"""Reports of mail providers: permanent bounces and complaints of each format, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from answerback.core.bounces import confirm_url, read_bounces

A = "mina@example.com"
SES = {"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": A}]}}
SES_COMPLAINT = {"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": A}]}}


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ({"type": "bounce", "address": A}, "bounce"),
        ({"type": "complaint", "address": A}, "complaint"),
        ({"RecordType": "Bounce", "Type": "HardBounce", "Email": A}, "bounce"),
        ({"RecordType": "SpamComplaint", "Email": A}, "complaint"),
        ([{"event": "bounce", "type": "bounce", "email": A}], "bounce"),
        ([{"event": "spamreport", "email": A}], "complaint"),
        ({"event-data": {"event": "failed", "severity": "permanent", "recipient": A}}, "bounce"),
        ({"event-data": {"event": "complained", "recipient": A}}, "complaint"),
        (SES, "bounce"),
        ({"Type": "Notification", "Message": json.dumps(SES)}, "bounce"),
        ({"Type": "Notification", "Message": json.dumps(SES_COMPLAINT)}, "complaint"),
    ],
)
def test_permanent_bounce_or_complaint_is_read(report: Any, reason: str) -> None:
    assert read_bounces(report) == [(A, reason)]


@pytest.mark.parametrize(
    "report",
    [
        {}, [], None, "bounce", 7, [None, "x", []],
        {"type": "delivered", "address": A},
        {"type": "bounce", "address": 7},
        {"RecordType": "Bounce", "Type": "SoftBounce", "Email": A},
        {"RecordType": "Delivery", "Recipient": A},
        [{"event": "bounce", "type": "blocked", "email": A}, {"event": "open", "email": A}],
        {"event-data": {"event": "failed", "severity": "temporary", "recipient": A}},
        SES | {"bounce": {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": A}]}},
        {"Type": "Notification", "Message": "not JSON"},
        {"Type": "Notification", "Message": "[]"},
        {"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": "x"}},
    ],
)  # fmt: skip
def test_anything_else_stops_nobody(report: Any) -> None:
    assert read_bounces(report) == []


def test_new_subscription_of_sns_names_its_address() -> None:
    report = {"Type": "SubscriptionConfirmation", "SubscribeURL": "https://sns.example/confirm"}
    assert confirm_url(report) == "https://sns.example/confirm"
    assert confirm_url({}) == confirm_url([]) == confirm_url({"Type": "SubscriptionConfirmation"}) == ""
