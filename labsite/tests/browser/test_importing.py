"""An assistant brings papers in: paste, settle an author, apply, see them on the member's page, take them back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from labsite.tests.browser.test_assistant import signed_in  # noqa: F401 - a fixture
from labsite.tests.factories import make_member, make_publication

THREE = """@inproceedings{one, title={Quiet Machines and How They Learn}, author={Yihua Zhang and Sijia Liu},
  year={2024}, booktitle={International Conference on Invented Learning}, doi={10.5555/quiet.1}}
@article{two, title={Forgetting What Was Never Known}, author={Y. Zhang and Ada Quint and Sijia Liu}, year={2025},
  journal={Hush Letters}, doi={https://doi.org/10.5555/quiet.2}}
@inproceedings{three, title={The Sound of One Gradient Descending}, author={Sijia Liu and Bo Okafor and Yihua Zhang},
  year={2023}, booktitle={Proceedings of the 3rd International Conference on Invented Learning}, doi={10.5555/QUIET.3}}
"""


def test_three_papers_in_one_question_settled_and_taken_back(signed_in: Page):  # noqa: F811
    page = signed_in
    yihua = make_member("Yihua Zhang")
    make_member("Yimeng Zhang"), make_member("Sijia Liu", role="principal-investigator")
    make_publication("An Earlier Paper of the Lab", ["Cy Weiss"])

    page.goto("/admin/")
    page.get_by_role("link", name="Imports", exact=True).first.click()
    page.get_by_role("link", name="Add publications").click()
    page.get_by_label("Paste here").fill(THREE)
    page.get_by_role("button", name="Show what would happen").click()

    expect(page.locator(".import-lead")).to_contain_text("1 of 3 entries waits for your decision")
    question = page.get_by_label("Who is Y. Zhang?")
    expect(question).to_be_visible()
    question.select_option(label="Yihua Zhang")
    page.get_by_role("button", name="Apply the whole import").click()
    expect(page.locator(".import-lead")).to_contain_text("3 created")

    page.goto(yihua.get_absolute_url())
    titles = ["Forgetting What Was Never Known", "Quiet Machines and How They Learn", "The Sound of One Gradient"]
    for title in titles:
        expect(page.get_by_role("link", name=re.compile(title)).first).to_be_visible()

    page.goto("/admin/publications/import/")
    page.get_by_role("link", name=re.compile("Quiet Machines")).click()
    page.get_by_role("button", name="Take the whole import back").click()
    expect(page.locator(".messagelist")).to_contain_text("Taken back: 3 publications removed")

    page.goto(yihua.get_absolute_url())
    expect(page.locator("body")).not_to_contain_text("Forgetting What Was Never Known")
