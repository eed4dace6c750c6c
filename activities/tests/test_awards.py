"""Which receipts of awards visitors see."""

from __future__ import annotations

import pytest

from activities.models import AwardReceipt
from labsite.tests.factories import make_award_receipt, make_person, make_publication

pytestmark = pytest.mark.django_db


def test_a_receipt_of_two_people_is_one_receipt(client):
    receipt = make_award_receipt("Shared Prize", make_person("Ada Quint"), make_person("Bo Quint"))
    assert list(AwardReceipt.objects.public()) == [receipt]
    assert client.get("/awards/").content.decode().count("Shared Prize") == 1


def test_receipts_of_nobody_shown_are_not_listed():
    draft = make_person("Cy Quint", is_published=False)
    paper, hidden = make_publication("Shown"), make_publication("Hidden", is_published=False)
    make_award_receipt("Of a draft", draft)
    make_award_receipt("Of a draft, for a paper", draft, publication=paper)
    make_award_receipt("Of a hidden paper", publication=hidden)
    make_award_receipt("Of nobody")
    shown = make_award_receipt("Of a paper", publication=paper)
    assert list(AwardReceipt.objects.public()) == [shown]
